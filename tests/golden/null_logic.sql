-- Three truth values.

SELECT NULL = NULL, NULL <> 1, NULL IS NULL, 1 IS NOT NULL, NULL IS DISTINCT FROM 1, NULL IS NOT DISTINCT FROM NULL;
----
column1 | column2 | column3 | column4 | column5 | column6
NULL | NULL | true | true | true | true

SELECT TRUE AND NULL, FALSE AND NULL, TRUE OR NULL, FALSE OR NULL, NOT NULL;
----
column1 | column2 | column3 | column4 | column5
NULL | false | true | NULL | NULL

SELECT 1 IN (1, NULL), 2 IN (1, NULL), 2 NOT IN (1, NULL), NULL IN (1);
----
column1 | column2 | column3 | column4
true | NULL | NULL | NULL

SELECT NULL + 1, NULL || 'a', NULL BETWEEN 1 AND 2, NULL LIKE '%';
----
column1 | column2 | column3 | column4
NULL | NULL | NULL | NULL

CREATE TABLE n (a INTEGER, b INTEGER);
----
ok

INSERT INTO n VALUES (1, NULL), (NULL, 2), (NULL, NULL), (3, 4);
----
ok, 4 rows

SELECT COUNT(*), COUNT(a), SUM(a), AVG(b), MIN(a), MAX(b) FROM n;
----
count | count | sum | avg | min | max
4 | 2 | 4 | 3.0 | 1 | 4

SELECT a, COUNT(*) FROM n GROUP BY a ORDER BY a;
----
a | count
1 | 1
3 | 1
NULL | 2

SELECT a, b FROM n WHERE a = b OR a IS NULL ORDER BY b;
----
a | b
NULL | 2
NULL | NULL

CREATE UNIQUE INDEX n_a ON n (a);
----
ok

-- NULLs are not equal to each other: both stay.
INSERT INTO n VALUES (NULL, 9);
----
ok, 1 row

INSERT INTO n VALUES (3, 9);
----
error 23505: duplicate key value violates unique constraint "n_a": key (a)=(3) already exists
