-- Domains: types with conditions.

CREATE DOMAIN price AS NUMERIC(8, 2) DEFAULT 1 CHECK (VALUE >= 0);
----
ok

CREATE DOMAIN name VARCHAR(5) NOT NULL CONSTRAINT not_blank CHECK (trim(VALUE) <> '') CHECK (VALUE NOT LIKE '%!');
----
ok

CREATE DOMAIN even AS INTEGER CHECK (VALUE % 2 = 0);
----
ok

CREATE DOMAIN small_even AS even CHECK (VALUE < 100) CHECK (VALUE > -100);
----
ok

CREATE TABLE t (id INTEGER PRIMARY KEY, p price, n name, e small_even, l even[]);
----
ok

INSERT INTO t (n) VALUES ('a') RETURNING *;
----
id | p | n | e | l
1 | 1.00 | a | NULL | NULL

INSERT INTO t VALUES (2, 2.345, 'abc  ', 4, '{2,4,NULL}') RETURNING *;
----
id | p | n | e | l
2 | 2.35 | abc   | 4 | {2,4,NULL}

INSERT INTO t VALUES (3, -1, 'b', 2, NULL);
----
error 23514: value for domain price violates check constraint "price_check"

INSERT INTO t VALUES (3, 1, NULL, 2, NULL);
----
error 23502: domain name does not allow null values

INSERT INTO t (id, p) VALUES (3, 1);
----
error 23502: domain name does not allow null values

INSERT INTO t VALUES (3, 1, '   ', 2, NULL);
----
error 23514: value for domain name violates check constraint "not_blank"

INSERT INTO t VALUES (3, 1, 'no!', 2, NULL);
----
error 23514: value for domain name violates check constraint "name_check"

INSERT INTO t VALUES (3, 1, 'too long', 2, NULL);
----
error 22001: the text has more than 5 characters

INSERT INTO t VALUES (3, 1, 'b', 3, NULL);
----
error 23514: value for domain even violates check constraint "even_check"

INSERT INTO t VALUES (3, 1, 'b', 102, NULL);
----
error 23514: value for domain small_even violates check constraint "small_even_check"

INSERT INTO t VALUES (3, 1, 'b', 2, '{2,3}');
----
error 23514: value for domain even violates check constraint "even_check"

INSERT INTO t VALUES (3, 1000000, 'b', 2, NULL);
----
error 22003 at 1:26: NUMERIC(8,2) out of range

UPDATE t SET e = e + 1 WHERE id = 2;
----
error 23514: value for domain even violates check constraint "even_check"

UPDATE t SET e = e + 2, l[1] = 6 WHERE id = 2 RETURNING e, l;
----
e | l
6 | {6,4,NULL}

UPDATE t SET l[1] = 7 WHERE id = 2;
----
error 23514: value for domain even violates check constraint "even_check"

INSERT INTO t (id, n) VALUES (2, 'c') ON CONFLICT (id) DO UPDATE SET p = -5;
----
error 23514: value for domain price violates check constraint "price_check"

MERGE INTO t USING (VALUES (2)) AS s (i) ON id = i WHEN MATCHED THEN UPDATE SET n = '';
----
error 23514: value for domain name violates check constraint "not_blank"

-- They are of their base types in all else.
SELECT p * 2, n || '.', e + 1, l[1] FROM t WHERE e = 6 AND n = 'abc';
----
column1 | column2 | column3 | l

CREATE INDEX t_e ON t (e);
----
ok

EXPLAIN SELECT id FROM t WHERE e = 6;
----
QUERY PLAN
IndexOnlyScan on t using t_e  (rows=10)
  Index Cond: e = 6

-- Casts.
SELECT 5::price, 4::small_even, '{2,4}'::even[], 'abcdefgh'::name, CAST(NULL AS price);
----
column1 | column2 | column3 | column4 | column5
5.00 | 4 | {2,4} | abcde | NULL

SELECT 5::even;
----
error 23514 at 1:8: value for domain even violates check constraint "even_check"

SELECT (-1)::price;
----
error 23514 at 1:10: value for domain price violates check constraint "price_check"

SELECT NULL::name;
----
error 23502 at 1:8: domain name does not allow null values

SELECT '{1}'::even[];
----
error 23514 at 1:8: value for domain even violates check constraint "even_check"

SELECT 150::small_even;
----
error 23514 at 1:8: value for domain small_even violates check constraint "small_even_check"

SELECT ?::even;
----
error: the statement has 1 parameters, 0 were given

SELECT e::even FROM t WHERE e IS NOT NULL;
----
e
6

SELECT (id + 1)::even FROM t;
----
error 23514 at 1:9: value for domain even violates check constraint "even_check"

SELECT CASE WHEN id = 1 THEN 0 ELSE 3::even END FROM t WHERE id = 1;
----
case
0

-- What is defined.
SELECT sql FROM sqlite_schema WHERE name = 't';
----
sql
CREATE TABLE t (id INTEGER PRIMARY KEY, p price, n name, e small_even, l even[]);

SELECT domain_name, data_type, character_maximum_length, numeric_precision, numeric_scale, udt_name, domain_default FROM information_schema.domains;
----
domain_name | data_type | character_maximum_length | numeric_precision | numeric_scale | udt_name | domain_default
price | numeric | NULL | 8 | 2 | NUMERIC | CAST('1.00' AS NUMERIC)
name | character varying | 5 | NULL | NULL | TEXT | NULL
even | bigint | NULL | 64 | 0 | INTEGER | NULL
small_even | bigint | NULL | 64 | 0 | INTEGER | NULL

SELECT constraint_name, domain_name FROM information_schema.domain_constraints ORDER BY 1;
----
constraint_name | domain_name
even_check | even
name_check | name
not_blank | name
price_check | price
small_even_check | small_even
small_even_check1 | small_even

SELECT constraint_name, check_clause FROM information_schema.check_constraints ORDER BY 1;
----
constraint_name | check_clause
even_check | VALUE % 2 = 0
name_check | VALUE NOT LIKE '%!'
not_blank | trim(VALUE) <> ''
price_check | VALUE >= 0
small_even_check | VALUE < 100
small_even_check1 | VALUE > -100

SELECT column_name, data_type, domain_name FROM information_schema.columns WHERE table_name = 't';
----
column_name | data_type | domain_name
id | bigint | NULL
p | numeric | price
n | character varying | name
e | bigint | small_even
l | ARRAY | NULL

-- Changes.
ALTER DOMAIN even ADD CONSTRAINT not_four CHECK (VALUE <> 4);
----
error 23514: column "l" of table "t": value for domain even violates check constraint "not_four"

SELECT id, l FROM t ORDER BY id;
----
id | l
1 | NULL
2 | {6,4,NULL}

UPDATE t SET l = '{8}' WHERE id = 2;
----
ok, 1 row

ALTER DOMAIN even ADD CONSTRAINT not_four CHECK (VALUE <> 4);
----
ok

INSERT INTO t (n, e) VALUES ('d', 4);
----
error 23514: value for domain even violates check constraint "not_four"

ALTER DOMAIN even ADD CONSTRAINT not_four CHECK (VALUE <> 5);
----
error 42710 at 1:14: constraint "not_four" for domain even already exists

ALTER DOMAIN even RENAME CONSTRAINT not_four TO no_four;
----
ok

ALTER DOMAIN even DROP CONSTRAINT not_four;
----
error 42704 at 1:35: constraint "not_four" of domain even does not exist

ALTER DOMAIN even DROP CONSTRAINT IF EXISTS not_four;
----
ok

ALTER DOMAIN even DROP CONSTRAINT no_four;
----
ok

INSERT INTO t (n, e) VALUES ('d', 4) RETURNING e;
----
e
4

ALTER DOMAIN small_even SET NOT NULL;
----
error 23502: column "e" of table "t": domain small_even does not allow null values

UPDATE t SET e = 0 WHERE e IS NULL;
----
ok, 1 row

ALTER DOMAIN small_even SET NOT NULL;
----
ok

INSERT INTO t (n) VALUES ('e');
----
error 23502: domain small_even does not allow null values

ALTER DOMAIN small_even DROP NOT NULL;
----
ok

ALTER DOMAIN price SET DEFAULT 3;
----
ok

CREATE TABLE later (a INTEGER, p price);
----
ok

INSERT INTO later (a) VALUES (1) RETURNING p;
----
p
3.00

ALTER DOMAIN price DROP DEFAULT;
----
ok

ALTER DOMAIN even RENAME TO pair;
----
ok

SELECT sql FROM sqlite_schema WHERE name = 't';
----
sql
CREATE TABLE "t" ("id" INTEGER NOT NULL, "p" price DEFAULT CAST('1.00' AS NUMERIC), "n" name, "e" small_even, "l" pair[], PRIMARY KEY ("id"))

SELECT 3::even;
----
error 0A000 at 1:11: type even is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last

SELECT 3::pair;
----
error 23514 at 1:8: value for domain pair violates check constraint "even_check"

ALTER TABLE later ADD COLUMN n name;
----
error 23502: column "n" of table "later": domain name does not allow null values

ALTER TABLE later ADD COLUMN n name DEFAULT 'x';
----
ok

ALTER TABLE later ADD COLUMN bad pair DEFAULT 3;
----
error 23514: column "bad" of table "later": value for domain pair violates check constraint "even_check"

ALTER TABLE later ALTER COLUMN a TYPE pair;
----
error 23514: value for domain pair violates check constraint "even_check"

ALTER TABLE later ALTER COLUMN a TYPE pair USING a * 2;
----
ok

SELECT * FROM later;
----
a | p | n
2 | 3.00 | x

BEGIN;
----
ok

ALTER DOMAIN pair ADD CHECK (VALUE > 1000);
----
error 23514: column "e" of table "t": value for domain pair violates check constraint "pair_check"

ROLLBACK;
----
ok

-- What cannot be.
CREATE DOMAIN price AS INTEGER;
----
error 42710 at 1:15: type "price" already exists

CREATE TYPE price AS ENUM ('a');
----
error 42710 at 1:13: type "price" already exists

CREATE TYPE mood AS ENUM ('a');
----
ok

CREATE DOMAIN mood AS INTEGER;
----
error 42710 at 1:15: type "mood" already exists

CREATE DOMAIN bad AS mood;
----
error 0A000 at 1:15: a domain over an ENUM type is not supported

CREATE DOMAIN bad AS INTEGER[];
----
error 0A000 at 1:15: a domain over an array is not supported

CREATE DOMAIN bad AS nosuch;
----
error 0A000 at 1:22: type nosuch is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last

CREATE DOMAIN bad AS INTEGER PRIMARY KEY;
----
error 0A000 at 1:22: PRIMARY KEY of a domain is not supported

CREATE DOMAIN bad AS INTEGER UNIQUE;
----
error 0A000 at 1:22: UNIQUE of a domain is not supported

CREATE DOMAIN bad AS INTEGER CHECK (VALUE > (SELECT 1));
----
error 0A000 at 1:37: a query in the CHECK of a domain is not supported

CREATE DOMAIN bad AS INTEGER CHECK (VALUE > random());
----
error 42883 at 1:45: function random does not exist

CREATE DOMAIN bad AS INTEGER CHECK (other > 1);
----
error 42703 at 1:37: column "other" does not exist

CREATE DOMAIN bad AS INTEGER CHECK (VALUE);
----
error 42804 at 1:37: the CHECK of a domain takes BOOLEAN, not INTEGER

CREATE DOMAIN bad AS INTEGER NULL NOT NULL;
----
error 42P16 at 1:15: domain "bad" is both NULL and NOT NULL

CREATE DOMAIN bad AS INTEGER DEFAULT 1 DEFAULT 2;
----
error 0A000 at 1:22: two DEFAULTs of a domain is not supported

CREATE DOMAIN bad AS INTEGER DEFAULT 'x';
----
error 22P02 at 1:38: invalid input for type INTEGER: "x"

CREATE DOMAIN bad AS INTEGER CONSTRAINT c CHECK (VALUE > 1) CONSTRAINT c CHECK (VALUE > 2);
----
error 42710 at 1:15: constraint "c" for domain bad already exists

CREATE DOMAIN bad;
----
error 42601 at 1:18: syntax error: expected a type

ALTER DOMAIN nosuch DROP DEFAULT;
----
error 42704 at 1:14: domain "nosuch" does not exist

ALTER DOMAIN mood DROP DEFAULT;
----
error 42809 at 1:14: "mood" is not a domain

ALTER DOMAIN price RENAME TO name;
----
error 42710 at 1:30: type "name" already exists

ALTER DOMAIN price OWNER TO me;
----
error 0A000 at 1:20: ALTER DOMAIN … OWNER is not supported

ALTER DOMAIN price ADD UNIQUE (a);
----
error 0A000 at 1:14: this constraint of a domain is not supported

DROP DOMAIN price;
----
error 2BP01 at 1:13: cannot drop domain price: column "p" of table "t" has it

DROP DOMAIN price CASCADE;
----
error 0A000 at 1:13: DROP DOMAIN … CASCADE of a domain that something has is not supported
hint: column "p" of table "t" has it: drop that first

DROP DOMAIN pair;
----
error 2BP01 at 1:13: cannot drop domain pair: column "l" of table "t" has it

DROP DOMAIN nosuch;
----
error 42704 at 1:13: domain "nosuch" does not exist

DROP DOMAIN IF EXISTS nosuch;
----
ok

DROP TYPE price;
----
error 42704 at 1:11: type "price" does not exist

CREATE TABLE bad (a INTEGER CHECK (a::pair > 0));
----
error 0A000 at 1:36: a CHECK with this condition is not supported

DROP TABLE t, later;
----
ok

DROP DOMAIN pair, small_even;
----
ok

DROP DOMAIN price, name;
----
ok

-- One over a vector, with a default that is computed.
CREATE DOMAIN unit AS VECTOR(3) CHECK (vector_norm(VALUE) < 1.001);
----
ok

CREATE DOMAIN moment AS TIMESTAMPTZ(0) DEFAULT now() NOT NULL;
----
ok

CREATE TABLE v (id INTEGER PRIMARY KEY, u unit, m moment);
----
ok

INSERT INTO v (u) VALUES ('[0.6,0.8,0]') RETURNING id, u, m IS NULL;
----
id | u | column3
1 | [0.6, 0.8, 0] | false

INSERT INTO v (u) VALUES ('[1,1,0]');
----
error 23514: value for domain unit violates check constraint "unit_check"

CREATE INDEX v_u ON v USING ann (u);
----
ok

SELECT id FROM v ORDER BY u <-> '[1,0,0]' LIMIT 1;
----
id
1

PRAGMA integrity_check;
----
integrity_check
ok

CREATE DOMAIN main.qualified AS INTEGER;
----
ok

ALTER DOMAIN public.qualified SET DEFAULT 5;
----
ok

DROP DOMAIN main.qualified;
----
ok

CREATE DOMAIN other.d AS INTEGER;
----
error 0A000 at 1:15: a name qualified by a schema is not supported
