-- Sequences, SERIAL and IDENTITY.

CREATE SEQUENCE s;
----
ok

SELECT currval('s');
----
error 55000 at 1:8: currval of sequence "s" is not yet defined in this session

SELECT lastval();
----
error 55000 at 1:8: lastval is not yet defined in this session

SELECT nextval('s'), nextval('s'), currval('s'), lastval();
----
nextval | nextval | currval | lastval
1 | 2 | 2 | 2

CREATE SEQUENCE s;
----
error 42P07 at 1:17: relation "s" already exists

CREATE SEQUENCE IF NOT EXISTS s;
----
ok

CREATE TABLE s (a INTEGER);
----
error 42P07 at 1:14: relation "s" already exists

SELECT setval('s', 10), nextval('s');
----
setval | nextval
10 | 11

SELECT setval('s', 20, false), nextval('s');
----
setval | nextval
20 | 20

SELECT setval('s', 0);
----
error 22003 at 1:8: setval: value 0 is out of bounds for sequence "s" (1..9223372036854775807)

SELECT nextval('nothing');
----
error 42P01 at 1:16: sequence "nothing" does not exist

SELECT nextval(NULL);
----
nextval
NULL

SELECT nextval(1.5);
----
error 42883 at 1:16: nextval takes the name of a sequence, not REAL

SELECT nextval('"s"'), nextval('public.s'), nextval('S'), nextval('s'::regclass);
----
nextval | nextval | nextval | nextval
21 | 22 | 23 | 24

-- Their clauses, in any order.

CREATE SEQUENCE down START WITH -10 INCREMENT BY -5 MINVALUE -20 CYCLE CACHE 4;
----
ok

SELECT nextval('down'), nextval('down'), nextval('down'), nextval('down');
----
nextval | nextval | nextval | nextval
-10 | -15 | -20 | -1

CREATE SEQUENCE three MAXVALUE 3;
----
ok

SELECT nextval('three') FROM generate_series(1, 3);
----
nextval
1
2
3

SELECT nextval('three');
----
error 2200H at 1:8: nextval: reached maximum value of sequence "three" (3)

SELECT currval('three');
----
currval
3

CREATE SEQUENCE small AS SMALLINT START 32767;
----
ok

SELECT nextval('small');
----
nextval
32767

SELECT nextval('small');
----
error 2200H at 1:8: nextval: reached maximum value of sequence "small" (32767)

CREATE SEQUENCE bad INCREMENT 0;
----
error 22023 at 1:21: INCREMENT must not be zero

CREATE SEQUENCE bad MINVALUE 5 MAXVALUE 5;
----
error 22023 at 1:21: MINVALUE (5) must be less than MAXVALUE (5)

CREATE SEQUENCE bad START 0;
----
error 22023 at 1:21: START value (0) cannot be less than MINVALUE (1)

CREATE SEQUENCE bad AS SMALLINT MAXVALUE 40000;
----
error 22023 at 1:21: MAXVALUE (40000) is out of range for the type of the sequence

CREATE SEQUENCE bad START 1 START 2;
----
error 42601 at 1:29: syntax error: conflicting or redundant options

CREATE SEQUENCE bad CACHE 0;
----
error 22023 at 1:21: CACHE (0) must be greater than zero

CREATE SEQUENCE bad START WITH x;
----
error 42601 at 1:32: syntax error: expected a whole number, found x

CREATE SEQUENCE bad OWNED BY nowhere.a;
----
error 42P01 at 1:30: table "nowhere" does not exist

ALTER SEQUENCE three RESTART MAXVALUE 10 INCREMENT 4;
----
ok

SELECT nextval('three'), nextval('three'), nextval('three');
----
nextval | nextval | nextval
1 | 5 | 9

ALTER SEQUENCE three RESTART WITH 7;
----
ok

SELECT nextval('three');
----
nextval
7

ALTER SEQUENCE three RESTART WITH 70;
----
error 22023 at 1:16: RESTART value (70) cannot be greater than MAXVALUE (10)

CREATE SEQUENCE wide AS SMALLINT MAXVALUE 32767 INCREMENT -1;
----
ok

ALTER SEQUENCE wide AS INTEGER;
----
ok

SELECT nextval('wide');
----
nextval
32767

ALTER SEQUENCE three;
----
error 42601 at 1:21: syntax error: expected what is to be changed

ALTER SEQUENCE IF EXISTS nothing RESTART;
----
ok

ALTER SEQUENCE nothing RESTART;
----
error 42P01 at 1:16: sequence "nothing" does not exist

ALTER SEQUENCE three RENAME TO s;
----
error 42P07 at 1:32: relation "s" already exists

ALTER SEQUENCE three RENAME TO third;
----
ok

SELECT nextval('third');
----
error 2200H at 1:8: nextval: reached maximum value of sequence "third" (10)

-- Taken back with the transaction, as what it wrote is; what was seen stays known.

BEGIN;
----
ok

SELECT nextval('s');
----
nextval
25

SAVEPOINT a;
----
ok

SELECT nextval('s'), setval('third', 1);
----
nextval | setval
26 | 1

ROLLBACK TO a;
----
ok

SELECT nextval('s');
----
nextval
26

ROLLBACK;
----
ok

SELECT nextval('s'), currval('third');
----
nextval | currval
25 | 1

SELECT nextval('third') / 0;
----
error 2200H at 1:8: nextval: reached maximum value of sequence "third" (10)

SELECT nextval('third');
----
error 2200H at 1:8: nextval: reached maximum value of sequence "third" (10)

BEGIN READ ONLY;
----
ok

SELECT nextval('s');
----
error 25006: cannot write in a read-only transaction

ROLLBACK;
----
ok

-- In defaults, one number a row.

CREATE TABLE t (id INTEGER PRIMARY KEY DEFAULT nextval('s'), code TEXT DEFAULT 'c' || nextval('third'), a INTEGER);
----
ok

ALTER SEQUENCE third RESTART WITH 1 MAXVALUE 1000;
----
ok

INSERT INTO t (a) VALUES (1), (2) RETURNING *;
----
id | code | a
26 | c1 | 1
27 | c5 | 2

INSERT INTO t (a) SELECT a FROM t RETURNING *;
----
id | code | a
28 | c9 | 1
29 | c13 | 2

INSERT INTO t VALUES (100, DEFAULT, 5), (DEFAULT, 'x', 6) RETURNING *;
----
id | code | a
100 | c17 | 5
30 | x | 6

INSERT INTO t (id) VALUES (100);
----
error 23505: duplicate key value violates unique constraint "t_pkey": key (id)=(100) already exists

INSERT INTO t (id) VALUES (100) ON CONFLICT DO NOTHING;
----
ok

UPDATE t SET code = DEFAULT WHERE a = 6 RETURNING code;
----
code
c25

SELECT lastval(), currval('s');
----
lastval | currval
25 | 30

ALTER SEQUENCE third RENAME TO numbers;
----
ok

INSERT INTO t (a) VALUES (7) RETURNING *;
----
id | code | a
31 | c29 | 7

DROP SEQUENCE numbers;
----
error 2BP01 at 1:15: the default of column "code" of table "t" asks the sequence
hint: drop the default first, or write CASCADE

DROP SEQUENCE numbers CASCADE;
----
ok

INSERT INTO t (a) VALUES (8) RETURNING *;
----
id | code | a
32 | NULL | 8

DROP SEQUENCE numbers;
----
error 42P01 at 1:15: sequence "numbers" does not exist

DROP SEQUENCE IF EXISTS numbers;
----
ok

DROP SEQUENCE t;
----
error 42809 at 1:15: "t" is not a sequence

-- SERIAL.

CREATE TABLE ser (id SERIAL PRIMARY KEY, tiny SMALLSERIAL, big BIGSERIAL NOT NULL, name TEXT);
----
ok

INSERT INTO ser (name) VALUES ('a'), ('b') RETURNING *;
----
id | tiny | big | name
1 | 1 | 1 | a
2 | 2 | 2 | b

SELECT pg_get_serial_sequence('ser', 'id'), pg_get_serial_sequence('ser', 'name'), currval('ser_id_seq'), nextval(pg_get_serial_sequence('ser', 'tiny'));
----
pg_get_serial_sequence | pg_get_serial_sequence | currval | nextval
ser_id_seq | NULL | 2 | 3

INSERT INTO ser (id, tiny, name) VALUES (NULL, 1, 'c');
----
error 23502: null value in column "id" of table "ser" violates not-null constraint

INSERT INTO ser (tiny) VALUES (NULL);
----
error 23502: null value in column "tiny" of table "ser" violates not-null constraint

INSERT INTO ser (id, tiny, name) VALUES (3, DEFAULT, 'c') RETURNING *;
----
id | tiny | big | name
3 | 4 | 3 | c

INSERT INTO ser (name) VALUES ('d');
----
error 23505: duplicate key value violates unique constraint "ser_pkey": key (id)=(3) already exists

INSERT INTO ser (name) VALUES ('d') RETURNING *;
----
error 23505: duplicate key value violates unique constraint "ser_pkey": key (id)=(3) already exists

SELECT setval('ser_tiny_seq', 32767);
----
setval
32767

INSERT INTO ser (name) VALUES ('e');
----
error 2200H: nextval: reached maximum value of sequence "ser_tiny_seq" (32767)

DROP SEQUENCE ser_id_seq;
----
error 2BP01 at 1:15: the default of column "id" of table "ser" asks the sequence
hint: drop the default first, or write CASCADE

ALTER TABLE ser ADD COLUMN more SERIAL;
----
ok

SELECT id, more FROM ser;
----
id | more
1 | 1
2 | 2
3 | 3

ALTER TABLE ser DROP COLUMN more;
----
ok

SELECT nextval('ser_more_seq');
----
error 42P01 at 1:16: sequence "ser_more_seq" does not exist

CREATE TABLE uses (a INTEGER DEFAULT nextval('ser_id_seq'));
----
ok

DROP TABLE ser;
----
error 2BP01 at 1:12: the default of column "a" of table "uses" asks the sequence
hint: drop the default first

DROP TABLE uses;
----
ok

TRUNCATE ser;
----
ok

INSERT INTO ser (tiny) VALUES (1) RETURNING id, big;
----
id | big
3 | 4

TRUNCATE ser RESTART IDENTITY;
----
ok

INSERT INTO ser (name) VALUES ('again') RETURNING *;
----
id | tiny | big | name
1 | 1 | 1 | again

DROP TABLE ser;
----
ok

SELECT nextval('ser_id_seq');
----
error 42P01 at 1:16: sequence "ser_id_seq" does not exist

CREATE SEQUENCE own OWNED BY t.a;
----
ok

ALTER TABLE t DROP COLUMN a;
----
ok

SELECT nextval('own');
----
error 42P01 at 1:16: sequence "own" does not exist
hint: did you mean "down"?

-- IDENTITY.

CREATE TABLE ident (
  id INTEGER GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10) PRIMARY KEY,
  n SMALLINT GENERATED BY DEFAULT AS IDENTITY,
  name TEXT
);
----
ok

INSERT INTO ident (name) VALUES ('a'), ('b') RETURNING *;
----
id | n | name
10 | 1 | a
20 | 2 | b

INSERT INTO ident VALUES (5, 5, 'c');
----
error 428C9 at 1:27: column "id" is an identity column GENERATED ALWAYS, and takes no other value
hint: write DEFAULT, or in INSERT OVERRIDING SYSTEM VALUE

INSERT INTO ident (id, name) SELECT 5, 'c';
----
error 428C9 at 1:13: column "id" is an identity column GENERATED ALWAYS, and takes no other value
hint: write DEFAULT, or in INSERT OVERRIDING SYSTEM VALUE

INSERT INTO ident VALUES (DEFAULT, 50, 'c') RETURNING *;
----
id | n | name
30 | 50 | c

INSERT INTO ident OVERRIDING SYSTEM VALUE VALUES (5, 5, 'd') RETURNING *;
----
id | n | name
5 | 5 | d

INSERT INTO ident OVERRIDING USER VALUE VALUES (6, 6, 'e'), (7, 7, 'f') RETURNING *;
----
id | n | name
40 | 3 | e
50 | 4 | f

INSERT INTO ident (name, id, n) OVERRIDING USER VALUE SELECT name || '2', id, n FROM ident WHERE id = 10 RETURNING *;
----
id | n | name
60 | 5 | a2

UPDATE ident SET id = 1;
----
error 428C9 at 1:18: column "id" is an identity column GENERATED ALWAYS, and takes no other value
hint: write DEFAULT, or in INSERT OVERRIDING SYSTEM VALUE

UPDATE ident SET id = DEFAULT, n = 99 WHERE name = 'a' RETURNING *;
----
id | n | name
70 | 99 | a

SELECT 1 OVERRIDING USER VALUE;
----
error 42601 at 1:10: syntax error: OVERRIDING is for INSERT

INSERT INTO ident (n, name) VALUES (NULL, 'x');
----
error 23502: null value in column "n" of table "ident" violates not-null constraint

ALTER TABLE ident ALTER COLUMN id SET DEFAULT 5;
----
error 42601 at 1:32: column "id" is an identity column

ALTER TABLE ident ALTER COLUMN id DROP NOT NULL;
----
error 42601 at 1:32: column "id" is an identity column

DROP SEQUENCE ident_id_seq;
----
error 2BP01 at 1:15: column "id" of table "ident" requires sequence "ident_id_seq"

ALTER SEQUENCE ident_id_seq OWNED BY NONE;
----
error 0A000 at 1:16: cannot change ownership of identity sequence

ALTER SEQUENCE ident_id_seq RESTART WITH 500;
----
ok

INSERT INTO ident (name) VALUES ('late') RETURNING *;
----
id | n | name
500 | 6 | late

CREATE TABLE bad (a TEXT GENERATED ALWAYS AS IDENTITY);
----
error 22023 at 1:19: an identity column is SMALLINT, INT4 or INTEGER, and "a" is TEXT

CREATE TABLE bad (a INTEGER DEFAULT 1 GENERATED ALWAYS AS IDENTITY);
----
error 42P16 at 1:19: column "a" has a sequence and a DEFAULT

CREATE TABLE bad (a INTEGER NULL GENERATED ALWAYS AS IDENTITY);
----
error 42P16 at 1:19: column "a" is both NULL and NOT NULL

CREATE TABLE bad (a INTEGER GENERATED ALWAYS AS IDENTITY (START 5 MAXVALUE 3));
----
error 22023 at 1:59: START value (5) cannot be greater than MAXVALUE (3)

CREATE TABLE late (a INTEGER NOT NULL, b INTEGER);
----
ok

INSERT INTO late VALUES (1, 1), (2, 2);
----
ok, 2 rows

ALTER TABLE late ALTER COLUMN b ADD GENERATED ALWAYS AS IDENTITY;
----
error 55000 at 1:31: column "b" must be NOT NULL before an identity is added

ALTER TABLE late ALTER COLUMN a ADD GENERATED BY DEFAULT AS IDENTITY (START 3);
----
ok

INSERT INTO late (b) VALUES (3) RETURNING *;
----
a | b
3 | 3

ALTER TABLE late ADD COLUMN c INTEGER GENERATED ALWAYS AS IDENTITY (MINVALUE 0 INCREMENT 2);
----
ok

SELECT * FROM late;
----
a | b | c
1 | 1 | 0
2 | 2 | 2
3 | 3 | 4

INSERT INTO late (b) VALUES (4) RETURNING *;
----
a | b | c
4 | 4 | 6

DROP TABLE late;
----
ok

DROP TABLE ident, t;
----
ok

PRAGMA integrity_check;
----
integrity_check
ok
