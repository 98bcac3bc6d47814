-- Expressions, ordering and limits.

SELECT 1 AS one, 'two' AS two, 3.5 AS three, TRUE AS four, NULL AS five, x'0aff' AS six;
----
one | two | three | four | five | six
1 | two | 3.5 | true | NULL | x'0aff'

SELECT 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7.0 / 2, 2 + 3 * 4, -(2 - 5);
----
column1 | column2 | column3 | column4 | column5 | column6 | column7
3 | -3 | 1 | -1 | 3.5 | 14 | 3

SELECT 'a' || 'b', 'it''s', '' AS empty, 1 || 'x';
----
column1 | column2 | empty | column4
ab | it's | '' | 1x

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, size REAL, ok BOOLEAN);
----
ok

INSERT INTO t (name, size, ok) VALUES ('b', 2, TRUE), ('a', NULL, FALSE), ('c', -1.5, NULL), (NULL, 2, TRUE);
----
ok, 4 rows

SELECT * FROM t;
----
id | name | size | ok
1 | b | 2.0 | true
2 | a | NULL | false
3 | c | -1.5 | NULL
4 | NULL | 2.0 | true

SELECT id, name FROM t ORDER BY name;
----
id | name
2 | a
1 | b
3 | c
4 | NULL

SELECT id, name FROM t ORDER BY name DESC;
----
id | name
4 | NULL
3 | c
1 | b
2 | a

SELECT id, name FROM t ORDER BY name DESC NULLS LAST, id;
----
id | name
3 | c
1 | b
2 | a
4 | NULL

SELECT id, size FROM t ORDER BY size NULLS FIRST, id DESC;
----
id | size
2 | NULL
3 | -1.5
4 | 2.0
1 | 2.0

SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 1;
----
id
2
3

SELECT id FROM t ORDER BY id LIMIT 0;
----
id

SELECT id FROM t ORDER BY id LIMIT NULL OFFSET 3;
----
id
4

SELECT id FROM t LIMIT -1;
----
error 22023 at 1:25: LIMIT must not be negative

SELECT id, name || '!' AS loud FROM t WHERE size > 0 ORDER BY loud;
----
id | loud
1 | b!
4 | NULL

SELECT DISTINCT size FROM t ORDER BY size;
----
size
-1.5
2.0
NULL

SELECT t.id AS number, t.* FROM t AS t WHERE id = 1;
----
number | id | name | size | ok
1 | 1 | b | 2.0 | true

SELECT x.name FROM t x WHERE x.id IN (1, 3, 7) ORDER BY x.id;
----
name
b
c

SELECT id FROM t WHERE size BETWEEN -2 AND 2 ORDER BY 1;
----
id
1
3
4

SELECT id FROM t WHERE NOT ok OR ok IS NULL ORDER BY id;
----
id
2
3

SELECT id, CASE WHEN size > 0 THEN 'more' WHEN size < 0 THEN 'less' ELSE 'none' END FROM t ORDER BY id;
----
id | case
1 | more
2 | none
3 | less
4 | more

SELECT id, CASE size WHEN 2 THEN 'two' END FROM t ORDER BY id;
----
id | case
1 | two
2 | NULL
3 | NULL
4 | two

SELECT COALESCE(name, 'nobody'), NULLIF(size, 2), ABS(size), LENGTH(name), UPPER(name) FROM t ORDER BY id;
----
coalesce | nullif | abs | length | upper
b | NULL | 2.0 | 1 | B
a | NULL | NULL | 1 | A
c | -1.5 | 1.5 | 1 | C
nobody | NULL | 2.0 | NULL | NULL

SELECT id FROM t WHERE name LIKE '_' AND name NOT LIKE 'a%' ORDER BY id;
----
id
1
3
