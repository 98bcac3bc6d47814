-- COLLATE: how texts are compared.

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, code TEXT, pad TEXT COLLATE RTRIM);
----
ok

INSERT INTO t VALUES (1, 'ann', 'x', 'a'), (2, 'ANN', 'X', 'a  '), (3, 'Bob', 'y', 'b'), (4, 'bob ', 'Y', 'B'), (5, NULL, NULL, NULL), (6, 'Émil', 'é', ' a'), (7, 'émil', 'É', 'c_');
----
ok, 7 rows

-- In comparisons: what COLLATE says counts first, then the first column.

SELECT id FROM t WHERE name = 'ANN' ORDER BY id;
----
id
1
2

SELECT id FROM t WHERE 'BOB' = name;
----
id
3

SELECT id FROM t WHERE name = 'ÉMIL';
----
id
6

SELECT id FROM t WHERE code = 'x';
----
id
1

SELECT id FROM t WHERE code = 'x' COLLATE NOCASE ORDER BY id;
----
id
1
2

SELECT id FROM t WHERE code COLLATE nocase IN ('X', 'Y') ORDER BY id;
----
id
1
2
3
4

SELECT id FROM t WHERE name COLLATE "C" = 'ANN';
----
id
2

SELECT id FROM t WHERE name <> 'ann' ORDER BY id;
----
id
3
4
6
7

SELECT id FROM t WHERE name BETWEEN 'ANN' AND 'B' ORDER BY id;
----
id
1
2

SELECT id FROM t WHERE name IN ('ANN', 'BOB') ORDER BY id;
----
id
1
2
3

SELECT id FROM t WHERE name IS NOT DISTINCT FROM 'aNN' ORDER BY id;
----
id
1
2

SELECT id FROM t WHERE pad = 'a ' ORDER BY id;
----
id
1
2

SELECT a.id, b.id FROM t a JOIN t b ON a.name = b.code COLLATE NOCASE ORDER BY 1, 2;
----
id | id

SELECT a.id, b.id FROM t a JOIN t b ON a.name = b.name AND a.id < b.id;
----
id | id
1 | 2

SELECT a.id, b.id FROM t a JOIN t b USING (name) WHERE a.id < b.id;
----
id | id
1 | 2

SELECT id FROM t WHERE name = pad;
----
id

SELECT id, CASE name WHEN 'ANN' THEN 1 ELSE 0 END FROM t ORDER BY id;
----
id | case
1 | 1
2 | 1
3 | 0
4 | 0
5 | 0
6 | 0
7 | 0

SELECT nullif(name, 'BOB') FROM t ORDER BY id;
----
nullif
ann
ANN
NULL
bob 
NULL
Émil
émil

SELECT id FROM t WHERE name IN (SELECT 'BOB');
----
id
3

SELECT id FROM t o WHERE EXISTS (SELECT 1 FROM t i WHERE i.code = 'y' AND o.name = 'BOB');
----
id
3

SELECT id FROM t WHERE name LIKE 'ANN';
----
id
2

SELECT 'a' = 'A' COLLATE NOCASE, 'a' COLLATE NOCASE = 'A', 'a' COLLATE "C" = 'A', 'a ' = 'a' COLLATE rtrim;
----
column1 | column2 | column3 | column4
true | true | false | true

SELECT 'a' COLLATE NOCASE = 'A' COLLATE "C";
----
error 42P21 at 1:29: collation mismatch between explicit collations "nocase" and "C"

SELECT name COLLATE "C" < pad COLLATE rtrim FROM t;
----
error 42P21 at 1:27: collation mismatch between explicit collations "C" and "rtrim"

SELECT 'a' COLLATE NOCASE || 'b' COLLATE NOCASE = 'AB';
----
column1
true

SELECT collation_key('ABC', 'nocase'), collation_key('a  ', 'rtrim'), collation_key(NULL, 'nocase');
----
collation_key | collation_key | collation_key
abc | a | NULL

-- In orders and groups.

SELECT name FROM t ORDER BY name, id;
----
name
ann
ANN
Bob
bob 
Émil
émil
NULL

SELECT name FROM t ORDER BY name COLLATE "C";
----
name
ANN
Bob
ann
bob 
Émil
émil
NULL

SELECT code FROM t ORDER BY code COLLATE NOCASE DESC, id;
----
code
NULL
é
É
y
Y
x
X

SELECT name, count(*) FROM t GROUP BY name ORDER BY name;
----
name | count
ANN | 2
Bob | 1
bob  | 1
Émil | 1
émil | 1
NULL | 1

SELECT code COLLATE NOCASE, count(*) FROM t GROUP BY code COLLATE NOCASE ORDER BY 1;
----
code | count
X | 2
Y | 2
É | 1
é | 1
NULL | 1

SELECT upper(name), count(*) FROM t GROUP BY name HAVING name = 'ANN';
----
upper | count
ANN | 2

SELECT DISTINCT name FROM t ORDER BY name;
----
name
ann
Bob
bob 
Émil
émil
NULL

SELECT DISTINCT pad, id > 2 FROM t WHERE pad = 'a';
----
pad | column2
a | false

SELECT DISTINCT code COLLATE NOCASE FROM t;
----
code
x
y
É
é
NULL

SELECT DISTINCT ON (name) name, id FROM t ORDER BY name, id DESC;
----
name | id
ANN | 2
Bob | 3
bob  | 4
Émil | 6
émil | 7
NULL | 5

SELECT count(DISTINCT name), count(DISTINCT code), count(DISTINCT code COLLATE NOCASE) FROM t;
----
count | count | count
5 | 6 | 4

SELECT min(name), max(name), min(name COLLATE "C"), max(code COLLATE NOCASE) FROM t;
----
min | max | min | max
ann | émil | ANN | é

SELECT id, row_number() OVER (PARTITION BY name ORDER BY id) FROM t WHERE name < 'c' ORDER BY id;
----
id | row_number
1 | 1
2 | 2
3 | 1
4 | 1

SELECT id, rank() OVER (ORDER BY name) FROM t WHERE name < 'c' ORDER BY id;
----
id | rank
1 | 1
2 | 1
3 | 3
4 | 4

SELECT string_agg(name, ',' ORDER BY name, id) FROM t;
----
string_agg
ann,ANN,Bob,bob ,Émil,émil

SELECT name FROM (SELECT name FROM t) AS q WHERE name = 'BOB';
----
name
Bob

WITH q AS (SELECT code COLLATE NOCASE AS c FROM t) SELECT c FROM q WHERE c = 'x' ORDER BY c COLLATE "C";
----
c
X
x

SELECT name FROM t UNION SELECT 'x';
----
error 0A000 at 1:8: UNION of a text with a collation other than "C" is not supported
hint: say COLLATE "C"

SELECT count(*) FROM (SELECT name FROM t UNION ALL SELECT name FROM t) AS q WHERE name = 'ann';
----
count
4

SELECT name COLLATE "C" FROM t INTERSECT SELECT 'ann';
----
name
ann

SELECT name FROM t GROUP BY ROLLUP (name);
----
error 0A000 at 1:37: GROUPING SETS of a text with a collation other than "C" is not supported

SELECT string_agg(DISTINCT name, ',') FROM t;
----
error 0A000 at 1:28: DISTINCT in an aggregate of a text with a collation other than "C" is not supported
hint: say COLLATE "C"

SELECT id FROM t WHERE name = ANY (SELECT 'BOB');
----
id
3

SELECT id FROM t WHERE name < ANY (ARRAY['b', 'c']);
----
error 0A000 at 1:24: a comparison with the elements of an array of a text with a collation other than "C" is not supported
hint: say COLLATE "C"

-- An index is of one collation, and serves what compares or orders by it.

CREATE INDEX t_name ON t (name);
----
ok

CREATE INDEX t_code ON t (code);
----
ok

CREATE INDEX t_code_nocase ON t (code COLLATE NOCASE, id);
----
ok

EXPLAIN SELECT id FROM t WHERE name = 'ANN';
----
QUERY PLAN
IndexOnlyScan on t using t_name  (rows=10)
  Index Cond: (collation_key(name, 'nocase')) = 'ann'

SELECT id FROM t WHERE name = 'ANN';
----
id
1
2

EXPLAIN SELECT id FROM t WHERE name COLLATE "C" = 'ANN';
----
QUERY PLAN
SeqScan on t  (rows=10)
  Filter: name = 'ANN'

EXPLAIN SELECT id FROM t WHERE code = 'x';
----
QUERY PLAN
IndexOnlyScan on t using t_code  (rows=10)
  Index Cond: code = 'x'

EXPLAIN SELECT id FROM t WHERE code COLLATE nocase = 'X';
----
QUERY PLAN
IndexOnlyScan on t using t_code_nocase  (rows=10)
  Index Cond: (collation_key(code, 'nocase')) = 'x'

EXPLAIN SELECT id FROM t WHERE code COLLATE rtrim = 'X';
----
QUERY PLAN
SeqScan on t  (rows=10)
  Filter: collation_key(code, 'rtrim') = 'X'

EXPLAIN SELECT name FROM t ORDER BY name LIMIT 1;
----
QUERY PLAN
Project  (rows=1)
  Output: name
  ->  Limit  (rows=1)
        Limit: 1
        ->  Project  (rows=1000)
              Output: name, collation_key(name, 'nocase')
              ->  IndexScan on t using t_name  (rows=1000)

EXPLAIN SELECT code FROM t ORDER BY code LIMIT 1;
----
QUERY PLAN
Limit  (rows=1)
  Limit: 1
  ->  IndexOnlyScan on t using t_code  (rows=1000)

EXPLAIN SELECT code FROM t ORDER BY code COLLATE NOCASE, id LIMIT 1;
----
QUERY PLAN
Project  (rows=1)
  Output: code
  ->  Limit  (rows=1)
        Limit: 1
        ->  Project  (rows=1000)
              Output: code, id, collation_key(code, 'nocase')
              ->  IndexScan on t using t_code_nocase  (rows=1000)

SELECT code FROM t ORDER BY code COLLATE NOCASE, id LIMIT 2;
----
code
x
X

EXPLAIN SELECT max(name) FROM t;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: max(name)
  ->  Limit  (rows=1)
        Limit: 1
        ->  IndexScan on t using t_name backward  (rows=990)
              Index Cond: (collation_key(name, 'nocase')) IS NOT NULL

SELECT max(name) FROM t;
----
max
émil

EXPLAIN SELECT id FROM t WHERE name > 'B' AND name <= 'c';
----
QUERY PLAN
IndexOnlyScan on t using t_name  (rows=111)
  Index Cond: (collation_key(name, 'nocase')) > 'b' AND (collation_key(name, 'nocase')) <= 'c'

SELECT id FROM t WHERE name > 'B' AND name <= 'c' ORDER BY id;
----
id
3
4

-- Keys.

CREATE UNIQUE INDEX t_name_key ON t (name);
----
error 23505: could not create unique index "t_name_key": key (collation_key(name, 'nocase'))=(ann) is duplicated

CREATE TABLE u (mail TEXT COLLATE NOCASE PRIMARY KEY, tag TEXT COLLATE RTRIM UNIQUE, CHECK (tag <> 'No'));
----
ok

INSERT INTO u VALUES ('A@b', 'x');
----
ok, 1 row

INSERT INTO u VALUES ('a@B', 'y');
----
error 23505: duplicate key value violates unique constraint "u_pkey": key (collation_key(mail, 'nocase'))=(a@b) already exists

INSERT INTO u VALUES ('c@d', 'x  ');
----
error 23505: duplicate key value violates unique constraint "u_tag_key": key (collation_key(tag, 'rtrim'))=(x) already exists

INSERT INTO u VALUES ('c@d', 'No ');
----
error 23514: a row of table "u" violates check constraint "u_tag_check"

INSERT INTO u VALUES ('a@b', 'z') ON CONFLICT (mail) DO UPDATE SET tag = excluded.tag RETURNING *;
----
mail | tag
A@b | z

INSERT INTO u VALUES ('q', 'z ') ON CONFLICT (tag) DO NOTHING;
----
ok

INSERT INTO u VALUES ('a@b', 'z') ON CONFLICT (mail COLLATE "C") DO NOTHING;
----
error 42601 at 1:53: syntax error: expected ), found COLLATE

INSERT OR REPLACE INTO u VALUES ('A@B', 'w') RETURNING *;
----
mail | tag
A@B | w

UPDATE u SET mail = 'a@b' WHERE mail = 'A@B' RETURNING mail;
----
mail
a@b

DELETE FROM u WHERE mail = 'A@B' AND tag = 'W';
----
ok

EXPLAIN SELECT tag FROM u WHERE mail = 'x';
----
QUERY PLAN
IndexScan on u using u_pkey  (rows=1)
  Index Cond: (collation_key(mail, 'nocase')) = 'x'

CREATE TABLE r (mail TEXT REFERENCES u);
----
error 0A000 at 1:17: a foreign key of texts with a collation other than "C" is not supported

PRAGMA integrity_check;
----
integrity_check
ok

reopen

SELECT mail FROM u WHERE mail = 'A@B';
----
mail
a@b

ALTER TABLE u RENAME COLUMN mail TO address;
----
ok

ALTER TABLE u ADD COLUMN city TEXT COLLATE NOCASE DEFAULT 'Bonn';
----
ok

SELECT city FROM u WHERE city = 'BONN' AND address = 'A@B';
----
city
Bonn

ALTER TABLE u ADD UNIQUE (city);
----
ok

INSERT INTO u VALUES ('z', 'z', 'bonn');
----
error 23505: duplicate key value violates unique constraint "u_city_key": key (collation_key(city, 'nocase'))=(bonn) already exists

ALTER TABLE u ALTER COLUMN city TYPE VARCHAR(10);
----
error 2BP01 at 1:13: index "u_city_key" is on a column whose type is to be changed
hint: drop it first

ALTER TABLE u DROP COLUMN address;
----
ok

SELECT * FROM u WHERE tag = 'w ';
----
tag | city
w | Bonn

CREATE VIEW v AS SELECT tag, city FROM u;
----
ok

SELECT tag FROM v WHERE city = 'BONN' AND tag = 'w  ';
----
tag
w

PRAGMA integrity_check;
----
integrity_check
ok

-- What is not.

SELECT name COLLATE french FROM t;
----
error 42704 at 1:21: collation "french" does not exist

SELECT id COLLATE NOCASE FROM t;
----
error 42804 at 1:8: COLLATE takes TEXT, not INTEGER

SELECT name COLLATE nocas FROM t;
----
error 42704 at 1:21: collation "nocas" does not exist
hint: did you mean "nocase"?

CREATE TABLE w (a INTEGER COLLATE NOCASE);
----
error 42804 at 1:35: column "a" is INTEGER, which has no collation

CREATE TABLE w (a TEXT COLLATE german);
----
error 42704 at 1:32: collation "german" does not exist
