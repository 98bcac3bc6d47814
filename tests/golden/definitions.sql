-- What is defined, as relations: sqlite_schema, information_schema, pg_tables and their like.

CREATE TYPE mood AS ENUM ('sad', 'ok');
----

CREATE SEQUENCE numbers AS SMALLINT INCREMENT 5 MAXVALUE 100 CYCLE;
----

CREATE TABLE parent (id INTEGER PRIMARY KEY, a VARCHAR(20) NOT NULL, b NUMERIC(10, 2) DEFAULT 1.5, UNIQUE (a, b));
----

CREATE TABLE child (
    k TEXT, n SMALLINT GENERATED ALWAYS AS IDENTITY, p INTEGER REFERENCES parent ON DELETE CASCADE, a TEXT, b NUMERIC,
    m mood, l TEXT[], t TIMESTAMP(3), v VECTOR(3), twice INTEGER GENERATED ALWAYS AS (p * 2) STORED,
    CONSTRAINT small CHECK (p < 100 AND n > 0), CONSTRAINT child_key PRIMARY KEY (k),
    FOREIGN KEY (b, a) REFERENCES parent (b, a) MATCH FULL ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED);
----

CREATE INDEX child_m ON child (m);
----

CREATE VIEW both_of AS SELECT parent.id, child.m, count(*) AS n FROM parent JOIN child ON p = id GROUP BY 1, 2;
----

SELECT type, name, tbl_name, sql IS NULL FROM sqlite_schema;
----

SELECT count(*) FROM sqlite_master WHERE type = 'table';
----

SELECT * FROM information_schema.tables ORDER BY table_name;
----

SELECT table_name, column_name, ordinal_position AS no, column_default, is_nullable, data_type, character_maximum_length AS most,
       numeric_precision AS p, numeric_scale AS s, datetime_precision AS d, udt_name
FROM information_schema.columns ORDER BY table_name, ordinal_position;
----

SELECT column_name, is_identity, identity_generation, is_generated, generation_expression, is_updatable
FROM information_schema.columns WHERE table_name = 'child' AND column_name IN ('n', 'twice');
----

SELECT constraint_name, table_name, constraint_type, is_deferrable, initially_deferred, nulls_distinct
FROM information_schema.table_constraints ORDER BY 2, 1;
----

SELECT constraint_name, column_name, ordinal_position, position_in_unique_constraint FROM information_schema.key_column_usage ORDER BY 1, 3;
----

SELECT table_name, column_name, constraint_name FROM information_schema.constraint_column_usage ORDER BY 3, 2;
----

SELECT constraint_name, unique_constraint_name, match_option, update_rule, delete_rule FROM information_schema.referential_constraints ORDER BY 1;
----

SELECT constraint_name, check_clause FROM information_schema.check_constraints;
----

SELECT sequence_name, data_type, start_value, minimum_value, maximum_value, increment, cycle_option FROM information_schema.sequences;
----

SELECT catalog_name, schema_name FROM information_schema.schemata;
----

SELECT table_name, view_definition FROM information_schema.views;
----

SELECT * FROM pg_catalog.pg_tables;
----

SELECT viewname FROM pg_views;
----

SELECT tablename, indexname, indexdef FROM pg_indexes;
----

SELECT sequencename, start_value, last_value FROM pg_sequences;
----

-- They are read as any relation, by name and alias, and in views.

SELECT t.table_name, count(*) FROM information_schema.tables AS t JOIN information_schema.columns AS c USING (table_name) GROUP BY 1 ORDER BY 1;
----

CREATE VIEW own AS SELECT tablename FROM pg_tables;
----

SELECT * FROM own ORDER BY 1;
----

-- The only schema may be named; others are errors.

SELECT count(*) FROM main.parent, public.child;
----

CREATE TABLE main.more (a INTEGER);
----

SELECT name FROM sqlite_schema WHERE name = 'more';
----

SELECT * FROM other.parent;
----

SELECT * FROM information_schema.nothing;
----

INSERT INTO information_schema.tables (table_name) VALUES ('x');
----

DELETE FROM sqlite_schema;
----

-- A table of one's own comes first.

CREATE TABLE pg_tables (a INTEGER);
----

SELECT count(*) FROM pg_tables;
----
