-- What is defined, as relations: sqlite_schema, information_schema, pg_tables and their like.

CREATE TYPE mood AS ENUM ('sad', 'ok');
----
ok

CREATE SEQUENCE numbers AS SMALLINT INCREMENT 5 MAXVALUE 100 CYCLE;
----
ok

CREATE TABLE parent (id INTEGER PRIMARY KEY, a VARCHAR(20) NOT NULL, b NUMERIC(10, 2) DEFAULT 1.5, UNIQUE (a, b));
----
ok

CREATE TABLE child (
    k TEXT, n SMALLINT GENERATED ALWAYS AS IDENTITY, p INTEGER REFERENCES parent ON DELETE CASCADE, a TEXT, b NUMERIC,
    m mood, l TEXT[], t TIMESTAMP(3), v VECTOR(3), twice INTEGER GENERATED ALWAYS AS (p * 2) STORED,
    CONSTRAINT small CHECK (p < 100 AND n > 0), CONSTRAINT child_key PRIMARY KEY (k),
    FOREIGN KEY (b, a) REFERENCES parent (b, a) MATCH FULL ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED);
----
ok

CREATE INDEX child_m ON child (m);
----
ok

CREATE VIEW both_of AS SELECT parent.id, child.m, count(*) AS n FROM parent JOIN child ON p = id GROUP BY 1, 2;
----
ok

SELECT type, name, tbl_name, sql IS NULL FROM sqlite_schema;
----
type | name | tbl_name | column4
table | parent | parent | false
index | parent_a_b_key | parent | true
table | child | child | false
index | child_key | child | true
index | child_m | child | false
view | both_of | both_of | false

SELECT count(*) FROM sqlite_master WHERE type = 'table';
----
count
2

SELECT * FROM information_schema.tables ORDER BY table_name;
----
table_catalog | table_schema | table_name | table_type | is_insertable_into
citadel | main | both_of | VIEW | NO
citadel | main | child | BASE TABLE | YES
citadel | main | parent | BASE TABLE | YES

SELECT table_name, column_name, ordinal_position AS no, column_default, is_nullable, data_type, character_maximum_length AS most,
       numeric_precision AS p, numeric_scale AS s, datetime_precision AS d, udt_name
FROM information_schema.columns ORDER BY table_name, ordinal_position;
----
table_name | column_name | no | column_default | is_nullable | data_type | most | p | s | d | udt_name
both_of | id | 1 | NULL | YES | bigint | NULL | 64 | 0 | NULL | INTEGER
both_of | m | 2 | NULL | YES | USER-DEFINED | NULL | NULL | NULL | NULL | mood
both_of | n | 3 | NULL | YES | bigint | NULL | 64 | 0 | NULL | INTEGER
child | k | 1 | NULL | NO | text | NULL | NULL | NULL | NULL | TEXT
child | n | 2 | NULL | NO | smallint | NULL | 16 | 0 | NULL | INTEGER
child | p | 3 | NULL | YES | bigint | NULL | 64 | 0 | NULL | INTEGER
child | a | 4 | NULL | YES | text | NULL | NULL | NULL | NULL | TEXT
child | b | 5 | NULL | YES | numeric | NULL | NULL | NULL | NULL | NUMERIC
child | m | 6 | NULL | YES | USER-DEFINED | NULL | NULL | NULL | NULL | mood
child | l | 7 | NULL | YES | ARRAY | NULL | NULL | NULL | NULL | TEXT[]
child | t | 8 | NULL | YES | timestamp without time zone | NULL | NULL | NULL | 3 | TIMESTAMP
child | v | 9 | NULL | YES | USER-DEFINED | NULL | NULL | NULL | NULL | VECTOR(3)
child | twice | 10 | NULL | YES | bigint | NULL | 64 | 0 | NULL | INTEGER
parent | id | 1 | NULL | NO | bigint | NULL | 64 | 0 | NULL | INTEGER
parent | a | 2 | NULL | NO | character varying | 20 | NULL | NULL | NULL | TEXT
parent | b | 3 | CAST('1.50' AS NUMERIC) | YES | numeric | NULL | 10 | 2 | NULL | NUMERIC

SELECT column_name, is_identity, identity_generation, is_generated, generation_expression, is_updatable
FROM information_schema.columns WHERE table_name = 'child' AND column_name IN ('n', 'twice');
----
column_name | is_identity | identity_generation | is_generated | generation_expression | is_updatable
n | YES | ALWAYS | NEVER | NULL | YES
twice | NO | NULL | ALWAYS | "p" * 2 | NO

SELECT constraint_name, table_name, constraint_type, is_deferrable, initially_deferred, nulls_distinct
FROM information_schema.table_constraints ORDER BY 2, 1;
----
constraint_name | table_name | constraint_type | is_deferrable | initially_deferred | nulls_distinct
child_b_a_fkey | child | FOREIGN KEY | YES | YES | NULL
child_key | child | PRIMARY KEY | NO | NO | NULL
child_p_fkey | child | FOREIGN KEY | NO | NO | NULL
small | child | CHECK | NO | NO | NULL
parent_a_b_key | parent | UNIQUE | NO | NO | YES
parent_pkey | parent | PRIMARY KEY | NO | NO | NULL

SELECT constraint_name, column_name, ordinal_position, position_in_unique_constraint FROM information_schema.key_column_usage ORDER BY 1, 3;
----
constraint_name | column_name | ordinal_position | position_in_unique_constraint
child_b_a_fkey | b | 1 | 2
child_b_a_fkey | a | 2 | 1
child_key | k | 1 | NULL
child_p_fkey | p | 1 | 1
parent_a_b_key | a | 1 | NULL
parent_a_b_key | b | 2 | NULL
parent_pkey | id | 1 | NULL

SELECT table_name, column_name, constraint_name FROM information_schema.constraint_column_usage ORDER BY 3, 2;
----
table_name | column_name | constraint_name
parent | a | child_b_a_fkey
parent | b | child_b_a_fkey
child | k | child_key
parent | id | child_p_fkey
parent | a | parent_a_b_key
parent | b | parent_a_b_key
parent | id | parent_pkey
child | n | small
child | p | small

SELECT constraint_name, unique_constraint_name, match_option, update_rule, delete_rule FROM information_schema.referential_constraints ORDER BY 1;
----
constraint_name | unique_constraint_name | match_option | update_rule | delete_rule
child_b_a_fkey | parent_a_b_key | FULL | SET NULL | NO ACTION
child_p_fkey | parent_pkey | NONE | NO ACTION | CASCADE

SELECT constraint_name, check_clause FROM information_schema.check_constraints;
----
constraint_name | check_clause
small | "p" < 100 AND "n" > 0

SELECT sequence_name, data_type, start_value, minimum_value, maximum_value, increment, cycle_option FROM information_schema.sequences;
----
sequence_name | data_type | start_value | minimum_value | maximum_value | increment | cycle_option
numbers | smallint | 1 | 1 | 100 | 5 | YES
child_n_seq | smallint | 1 | 1 | 32767 | 1 | NO

SELECT catalog_name, schema_name FROM information_schema.schemata;
----
catalog_name | schema_name
citadel | main

SELECT table_name, view_definition FROM information_schema.views;
----
table_name | view_definition
both_of | CREATE VIEW both_of AS SELECT parent.id, child.m, count(*) AS n FROM parent JOIN child ON p = id GROUP BY 1, 2;

SELECT * FROM pg_catalog.pg_tables;
----
schemaname | tablename | hasindexes
main | parent | true
main | child | true

SELECT viewname FROM pg_views;
----
viewname
both_of

SELECT tablename, indexname, indexdef FROM pg_indexes;
----
tablename | indexname | indexdef
parent | parent_a_b_key | CREATE UNIQUE INDEX "parent_a_b_key" ON "parent" ("a", "b")
child | child_key | CREATE UNIQUE INDEX "child_key" ON "child" ("k")
child | child_m | CREATE INDEX "child_m" ON "child" ("m")

SELECT sequencename, start_value, last_value FROM pg_sequences;
----
sequencename | start_value | last_value
numbers | 1 | NULL
child_n_seq | 1 | NULL

-- They are read as any relation, by name and alias, and in views.

SELECT t.table_name, count(*) FROM information_schema.tables AS t JOIN information_schema.columns AS c USING (table_name) GROUP BY 1 ORDER BY 1;
----
table_name | count
both_of | 3
child | 10
parent | 3

CREATE VIEW own AS SELECT tablename FROM pg_tables;
----
ok

SELECT * FROM own ORDER BY 1;
----
tablename
child
parent

-- The only schema may be named; others are errors.

SELECT count(*) FROM main.parent, public.child;
----
count
0

CREATE TABLE main.more (a INTEGER);
----
ok

SELECT name FROM sqlite_schema WHERE name = 'more';
----
name
more

SELECT * FROM other.parent;
----
error 0A000 at 1:15: a name qualified by a schema is not supported

SELECT * FROM information_schema.nothing;
----
error 42P01 at 1:15: table "information_schema.nothing" does not exist

INSERT INTO information_schema.tables (table_name) VALUES ('x');
----
error 42P01 at 1:13: table "information_schema.tables" does not exist

DELETE FROM sqlite_schema;
----
error 42P01 at 1:13: table "sqlite_schema" does not exist

-- A table of one's own comes first.

CREATE TABLE pg_tables (a INTEGER);
----
ok

SELECT count(*) FROM pg_tables;
----
count
0
