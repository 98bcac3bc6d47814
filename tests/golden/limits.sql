-- Types that allow less than all of their kind.

CREATE TABLE l (small SMALLINT, mid INT4 DEFAULT 7, name VARCHAR(3) NOT NULL, f REAL);
----
ok

INSERT INTO l VALUES (32767, 2147483647, 'abc', 1.5), (-32768, -2147483648, 'äöü', NULL);
----
ok, 2 rows

INSERT INTO l VALUES (32768, 1, 'a', NULL);
----
error 22003: column "small" of table "l": SMALLINT out of range

INSERT INTO l VALUES (1, 2147483648, 'a', NULL);
----
error 22003: column "mid" of table "l": INT4 out of range

INSERT INTO l VALUES (1, 1, 'abcd', NULL);
----
error 22001: column "name" of table "l": the text has more than 3 characters

INSERT INTO l (name) VALUES (NULL);
----
error 23502: null value in column "name" of table "l" violates not-null constraint

UPDATE l SET small = small + 1;
----
error 22003: column "small" of table "l": SMALLINT out of range

UPDATE l SET name = name || 'd';
----
error 22001: column "name" of table "l": the text has more than 3 characters

INSERT INTO l (name) SELECT 'abcd';
----
error 22001: column "name" of table "l": the text has more than 3 characters

SELECT * FROM l;
----
small | mid | name | f
32767 | 2147483647 | abc | 1.5
-32768 | -2147483648 | äöü | NULL

reopen

INSERT INTO l VALUES (1, 1, 'abcd', NULL);
----
error 22001: column "name" of table "l": the text has more than 3 characters

INSERT INTO l (name) VALUES ('x');
----
ok, 1 row

SELECT * FROM l WHERE name = 'x';
----
small | mid | name | f
NULL | 7 | x | NULL

-- A cast checks a number, and cuts a text.
SELECT 'abcdef'::varchar(3), CAST('äöüß' AS VARCHAR(2)), 5.5::smallint, '12'::int2, NULL::int4;
----
column1 | column2 | column3 | column4 | column5
abc | äö | 6 | 12 | NULL

SELECT 40000::smallint;
----
error 22003 at 1:8: SMALLINT out of range

SELECT (-2147483649)::int4;
----
error 22003 at 1:10: INT4 out of range

SELECT 'x'::int2;
----
error 22P02 at 1:8: invalid input for type INTEGER: "x"

CREATE TABLE m (a SMALLINT DEFAULT 70000);
----
error 22003 at 1:36: SMALLINT out of range

CREATE TABLE m (a VARCHAR(0));
----
error 0A000 at 1:17: VARCHAR(0) is not supported

CREATE TABLE m (a CHAR(3));
----
error 0A000 at 1:17: type CHAR(3) is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last

-- A direction in an index changes no answer.
CREATE INDEX l_down ON l (small DESC);
----
ok

SELECT small FROM l WHERE small > 0 ORDER BY small DESC;
----
small
32767

SELECT +name, + '5' FROM l ORDER BY name;
----
column1 | column2
abc | 5.0
x | 5.0
äöü | 5.0

SELECT -name FROM l;
----
error 42804 at 1:9: operator does not exist: - TEXT

-- What is stored may lose spaces at its end.
INSERT INTO l (name) VALUES ('ab   '), ('cd' || '   ');
----
ok, 2 rows

SELECT name || '.' FROM l WHERE length(name) = 3 ORDER BY name;
----
column1
ab .
abc.
cd .
äöü.

UPDATE l SET name = name || ' ' WHERE name = 'x';
----
ok, 1 row

INSERT INTO l (name) VALUES ('ab  c');
----
error 22001: column "name" of table "l": the text has more than 3 characters

CREATE TABLE f (x FLOAT4);
----
error 0A000 at 1:17: type FLOAT4 is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last
