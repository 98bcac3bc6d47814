-- COMMENT ON.

CREATE TYPE mood AS ENUM ('ok');
----
ok

CREATE DOMAIN d AS INTEGER;
----
ok

CREATE SEQUENCE s;
----
ok

CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
----
ok

CREATE VIEW v (x, y) AS SELECT id, a FROM t;
----
ok

CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
----
ok

SELECT obj_description('t'), col_description('t', 2);
----
obj_description | col_description
NULL | NULL

COMMENT ON TABLE t IS 'it''s a table';
----
ok

COMMENT ON COLUMN t.a IS 'the first';
----
ok

COMMENT ON COLUMN main.t.B IS 'the second';
----
ok

COMMENT ON VIEW v IS 'a view';
----
ok

COMMENT ON COLUMN v.y IS 'of a view';
----
ok

COMMENT ON MATERIALIZED VIEW m IS 'kept';
----
ok

COMMENT ON COLUMN m.a IS 'kept as well';
----
ok

COMMENT ON SEQUENCE public.s IS $$numbers$$;
----
error 42601 at 1:33: "$$numbers$$" is not a parameter
hint: parameters are written ?, ?1, $1, :name, @name

COMMENT ON TYPE mood IS 'how it is';
----
ok

COMMENT ON DOMAIN d IS E'a\tdomain';
----
ok

SELECT obj_description('t', 'pg_class') AS t, obj_description('v'::regclass) AS v, obj_description('m') AS m, obj_description('s') AS s, obj_description('mood', 'pg_type') AS mood, obj_description('d') AS d;
----
t | v | m | s | mood | d
it's a table | a view | kept | NULL | how it is | a	domain

SELECT col_description('t', 1) AS id, col_description('t', 2) AS a, col_description('t', 'b') AS b, col_description('t', 9) AS none, col_description('v', 2) AS y, col_description('m', 1) AS m;
----
id | a | b | none | y | m
NULL | the first | the second | NULL | of a view | kept as well

-- They follow what they are of.
ALTER TABLE t RENAME COLUMN b TO c;
----
ok

ALTER TABLE t ADD COLUMN b TEXT;
----
ok

SELECT col_description('t', 'c') AS c, col_description('t', 'b') AS b;
----
c | b
the second | NULL

ALTER TABLE t DROP COLUMN c, ALTER COLUMN b TYPE VARCHAR(3);
----
ok

SELECT col_description('t', 'a') AS a, col_description('t', 'b') AS b;
----
a | b
the first | NULL

ALTER MATERIALIZED VIEW m RENAME TO n;
----
ok

REFRESH MATERIALIZED VIEW n;
----
ok

SELECT obj_description('n'), col_description('n', 1);
----
obj_description | col_description
kept | kept as well

COMMENT ON TABLE t IS 'another';
----
ok

COMMENT ON COLUMN t.a IS NULL;
----
ok

SELECT obj_description('t'), col_description('t', 'a');
----
obj_description | col_description
another | NULL

COMMENT ON TABLE t IS '';
----
ok

SELECT obj_description('t');
----
obj_description
NULL

BEGIN;
----
ok

COMMENT ON TABLE t IS 'lost';
----
ok

ROLLBACK;
----
ok

SELECT obj_description('t');
----
obj_description
NULL

-- And go with it.
DROP VIEW v;
----
ok

CREATE VIEW v (x, y) AS SELECT id, a FROM t;
----
ok

SELECT obj_description('v'), col_description('v', 2);
----
obj_description | col_description
NULL | NULL

-- What cannot be.
COMMENT ON TABLE v IS 'x';
----
error 42809 at 1:18: "v" is a view, not a table

COMMENT ON VIEW t IS 'x';
----
error 42809 at 1:17: "t" is a table, not a view
hint: did you mean "v"?

COMMENT ON TABLE nothing IS 'x';
----
error 42P01 at 1:18: table "nothing" does not exist

COMMENT ON COLUMN t.nothing IS 'x';
----
error 42703 at 1:21: table "t" has no column "nothing"

COMMENT ON COLUMN t IS 'x';
----
error 42601 at 1:21: syntax error: expected a column of the table, found IS

COMMENT ON INDEX i IS 'x';
----
error 0A000 at 1:12: COMMENT ON INDEX is not supported

COMMENT ON TABLE t IS 5;
----
error 42601 at 1:23: syntax error: expected a text or NULL, found 5

COMMENT ON TABLE t;
----
error 42601 at 1:19: syntax error: expected IS

COMMENT t IS 'x';
----
error 42601 at 1:9: syntax error: expected ON, found t

SELECT obj_description('nothing');
----
error 42704 at 1:24: "nothing" does not exist

SELECT obj_description(a) FROM t;
----
error 0A000 at 1:8: obj_description of names that are no constants is not supported

SELECT obj_description();
----
error 42883 at 1:8: function obj_description does not take 0 arguments

SELECT col_description('t');
----
error 42883 at 1:8: function col_description does not take 1 argument

PRAGMA integrity_check;
----
integrity_check
ok
