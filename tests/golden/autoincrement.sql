-- AUTOINCREMENT, and what ALTER COLUMN makes of an identity.

CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, s TEXT);
----
ok

SELECT * FROM sqlite_sequence;
----
name | seq

INSERT INTO t (s) VALUES ('a'), ('b'), ('c') RETURNING *;
----
id | s
1 | a
2 | b
3 | c

SELECT * FROM sqlite_sequence;
----
name | seq
t | 3

-- A row id is never given again.
DELETE FROM t WHERE id = 3;
----
ok, 1 row

INSERT INTO t (s) VALUES ('d') RETURNING id;
----
id
4

DELETE FROM t;
----
ok, 3 rows

INSERT INTO t VALUES (NULL, 'e') RETURNING id;
----
id
5

-- One that is said is counted as well, also where the row is gone or moved.
INSERT INTO t VALUES (100, 'f');
----
ok, 1 row

DELETE FROM t WHERE id = 100;
----
ok, 1 row

INSERT INTO t (s) VALUES ('g') RETURNING id;
----
id
101

INSERT INTO t VALUES (7, 'less'), (-5, 'least');
----
ok, 2 rows

INSERT INTO t (s) VALUES ('h') RETURNING id;
----
id
102

UPDATE t SET id = 200 WHERE id = 102;
----
ok, 1 row

DELETE FROM t WHERE id = 200;
----
ok, 1 row

INSERT INTO t (s) VALUES ('i') RETURNING id;
----
id
201

INSERT INTO t (id, s) VALUES (201, 'taken') ON CONFLICT DO NOTHING;
----
ok

INSERT INTO t (s) SELECT s FROM t WHERE id > 0 ORDER BY id RETURNING id;
----
id
202
203
204
205

-- A rollback gives numbers back.
BEGIN;
----
ok

INSERT INTO t (s) VALUES ('lost') RETURNING id;
----
id
206

ROLLBACK;
----
ok

INSERT INTO t (s) VALUES ('kept') RETURNING id;
----
id
206

INSERT INTO t (s) VALUES ('bad'), (NULL) RETURNING 1 / 0;
----
error 22012 at 1:52: division by zero

SELECT * FROM sqlite_sequence;
----
name | seq
t | 206

TRUNCATE t;
----
ok

INSERT INTO t (s) VALUES ('after') RETURNING id;
----
id
207

TRUNCATE t RESTART IDENTITY;
----
ok

SELECT * FROM sqlite_sequence;
----
name | seq

INSERT INTO t (s) VALUES ('anew') RETURNING id;
----
id
1

ALTER TABLE t ALTER COLUMN id RESTART WITH 50;
----
ok

INSERT INTO t (s) VALUES ('fifty') RETURNING id;
----
id
50

ALTER TABLE t ALTER id RESTART;
----
ok

-- Never one that a row has.
INSERT INTO t (s) VALUES ('above') RETURNING id;
----
id
51

SELECT sql FROM sqlite_schema WHERE name = 't';
----
sql
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, s TEXT);

ALTER TABLE t RENAME COLUMN id TO number;
----
ok

SELECT sql FROM sqlite_schema WHERE name = 't';
----
sql
CREATE TABLE "t" ("number" INTEGER PRIMARY KEY AUTOINCREMENT, "s" TEXT)

INSERT INTO t (s) VALUES ('goes on') RETURNING number;
----
number
52

SELECT column_name, is_nullable, is_identity, column_default FROM information_schema.columns WHERE table_name = 't';
----
column_name | is_nullable | is_identity | column_default
number | NO | NO | NULL
s | YES | NO | NULL

INSERT INTO t VALUES (9223372036854775807, 'last');
----
ok, 1 row

DELETE FROM t WHERE number > 1000;
----
ok, 1 row

INSERT INTO t (s) VALUES ('none left');
----
error 54000: table "t" has no greater row id left

SELECT * FROM sqlite_sequence;
----
name | seq
t | 9223372036854775807

-- Dropping the key drops it.
ALTER TABLE t DROP CONSTRAINT t_pkey;
----
ok

SELECT * FROM sqlite_sequence;
----
name | seq

SELECT sql FROM sqlite_schema WHERE name = 't';
----
sql
CREATE TABLE "t" ("number" INTEGER NOT NULL, "s" TEXT)

DROP TABLE t;
----
ok

CREATE TABLE t (a TEXT);
----
ok

INSERT INTO t VALUES ('x'), ('y');
----
ok, 2 rows

ALTER TABLE t ADD COLUMN id INTEGER CONSTRAINT named PRIMARY KEY AUTOINCREMENT;
----
error 23502: column "id" of table "t" contains null values

CREATE TABLE named_one (id INTEGER CONSTRAINT its_name PRIMARY KEY AUTOINCREMENT CHECK (id < 10), a TEXT);
----
ok

ALTER TABLE named_one RENAME TO other;
----
ok

SELECT sql FROM sqlite_schema WHERE name = 'other';
----
sql
CREATE TABLE "other" ("id" INTEGER CONSTRAINT "its_name" PRIMARY KEY AUTOINCREMENT, "a" TEXT, CONSTRAINT "named_one_id_check" CHECK ("id" < 10))

INSERT INTO other (a) VALUES ('x') RETURNING id;
----
id
1

SELECT * FROM sqlite_sequence;
----
name | seq
other | 1

-- Where it does not stand.
CREATE TABLE bad (a INTEGER AUTOINCREMENT);
----
error 42601 at 1:19: AUTOINCREMENT is only allowed behind INTEGER PRIMARY KEY

CREATE TABLE bad (a TEXT PRIMARY KEY AUTOINCREMENT);
----
error 42601 at 1:19: AUTOINCREMENT is only allowed behind INTEGER PRIMARY KEY

CREATE TABLE bad (a INTEGER AUTOINCREMENT PRIMARY KEY);
----
error 42601 at 1:19: AUTOINCREMENT is only allowed behind INTEGER PRIMARY KEY

CREATE TABLE bad (a INTEGER PRIMARY KEY AUTOINCREMENT, b INTEGER, PRIMARY KEY (a, b));
----
error 42P16 at 1:1: table "bad" has two primary keys

CREATE TABLE bad (a INTEGER PRIMARY KEY AUTOINCREMENT DEFAULT 5);
----
error 42P16 at 1:19: column "a" counts by itself and takes no DEFAULT

CREATE TABLE bad (a SERIAL PRIMARY KEY AUTOINCREMENT);
----
error 42P16 at 1:19: column "a" counts by itself and takes no DEFAULT

CREATE TABLE bad (a INTEGER PRIMARY KEY AUTO_INCREMENT);
----
error 0A000 at 1:19: AUTO_INCREMENT is not supported
hint: an INTEGER PRIMARY KEY column assigns itself, without further words

DELETE FROM sqlite_sequence;
----
error 42P01 at 1:13: table "sqlite_sequence" does not exist

ALTER TABLE other ALTER COLUMN id SET GENERATED ALWAYS;
----
error 55000 at 1:32: column "id" of table "other" is not an identity column

ALTER TABLE other ALTER COLUMN id DROP IDENTITY;
----
error 55000 at 1:32: column "id" of table "other" is not an identity column

ALTER TABLE other ALTER COLUMN a RESTART;
----
error 55000 at 1:32: column "a" of table "other" is not an identity column

-- Identity columns.
CREATE TABLE ident (id INTEGER GENERATED BY DEFAULT AS IDENTITY, s TEXT);
----
ok

INSERT INTO ident (s) VALUES ('a') RETURNING *;
----
id | s
1 | a

ALTER TABLE ident ALTER COLUMN id SET GENERATED ALWAYS;
----
ok

INSERT INTO ident VALUES (5, 'b');
----
error 428C9 at 1:27: column "id" is an identity column GENERATED ALWAYS, and takes no other value
hint: write DEFAULT, or in INSERT OVERRIDING SYSTEM VALUE

ALTER TABLE ident ALTER COLUMN id SET GENERATED BY DEFAULT SET INCREMENT BY 10 SET MAXVALUE 1000 RESTART WITH 100;
----
ok

INSERT INTO ident (s) VALUES ('c'), ('d') RETURNING *;
----
id | s
100 | c
110 | d

SELECT sql FROM sqlite_schema WHERE name = 'ident';
----
sql
CREATE TABLE "ident" ("id" INTEGER GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY 10 MAXVALUE 1000) NOT NULL, "s" TEXT)

ALTER TABLE ident ALTER id RESTART, ALTER s SET DEFAULT 'none';
----
ok

INSERT INTO ident (id) VALUES (DEFAULT) RETURNING *;
----
id | s
1 | none

ALTER TABLE ident ALTER COLUMN id SET MAXVALUE 0;
----
error 22023 at 1:39: MINVALUE (1) must be less than MAXVALUE (0)

ALTER TABLE ident ALTER COLUMN id RESTART WITH 5000;
----
error 22023 at 1:32: RESTART value (5000) cannot be greater than MAXVALUE (1000)

ALTER TABLE ident ALTER COLUMN id SET START WITH 3 SET NO MAXVALUE SET CYCLE RESTART;
----
ok

INSERT INTO ident (s) VALUES ('e') RETURNING id;
----
id
3

ALTER TABLE ident ALTER COLUMN id SET GENERATED ALWAYS SET GENERATED ALWAYS;
----
error 42601 at 1:56: syntax error: conflicting or redundant options

ALTER TABLE ident ALTER COLUMN id RESTART RESTART;
----
error 42601 at 1:43: syntax error: conflicting or redundant options

ALTER TABLE ident ALTER COLUMN id SET GENERATED;
----
error 42601 at 1:48: syntax error: expected ALWAYS or BY DEFAULT

ALTER TABLE ident ALTER COLUMN id SET AS SMALLINT;
----
error 22023 at 1:39: AS and OWNED BY are not for an identity column

ALTER TABLE ident ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
----
error 42P16 at 1:32: column "id" has a sequence and a DEFAULT

ALTER TABLE ident ALTER COLUMN nothing DROP IDENTITY;
----
error 42703 at 1:32: table "ident" has no column "nothing"

ALTER TABLE ident ALTER COLUMN id DROP IDENTITY IF;
----
error 42601 at 1:51: syntax error: expected EXISTS

DROP SEQUENCE ident_id_seq;
----
error 2BP01 at 1:15: column "id" of table "ident" requires sequence "ident_id_seq"

ALTER TABLE ident ALTER COLUMN id DROP IDENTITY;
----
ok

SELECT sequencename FROM pg_sequences;
----
sequencename

INSERT INTO ident (s) VALUES ('f');
----
error 23502: null value in column "id" of table "ident" violates not-null constraint

ALTER TABLE ident ALTER COLUMN id DROP IDENTITY;
----
error 55000 at 1:32: column "id" of table "ident" is not an identity column

ALTER TABLE ident ALTER COLUMN id DROP IDENTITY IF EXISTS;
----
ok

ALTER TABLE ident ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (START 500), ALTER s DROP DEFAULT;
----
ok

INSERT INTO ident (s) VALUES ('g') RETURNING *;
----
id | s
500 | g

PRAGMA integrity_check;
----
integrity_check
ok
