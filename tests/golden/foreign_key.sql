-- FOREIGN KEY: rows that refer to rows of another table.

CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE, a INTEGER, b INTEGER, UNIQUE (a, b));
----
ok

INSERT INTO p VALUES (1, 'one', 1, 1), (2, 'two', 1, 2), (3, 'three', 2, 1);
----
ok, 3 rows

CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p, code TEXT, CONSTRAINT by_code FOREIGN KEY (code) REFERENCES p (code));
----
ok

INSERT INTO c VALUES (1, 1, 'one'), (2, NULL, NULL), (3, 2, NULL);
----
ok, 3 rows

INSERT INTO c VALUES (4, 9, NULL);
----
error 23503: insert or update on table "c" violates foreign key constraint "c_p_id_fkey": key (p_id)=(9) is not present in table "p"

INSERT INTO c VALUES (4, 1, 'nine');
----
error 23503: insert or update on table "c" violates foreign key constraint "by_code": key (code)=(nine) is not present in table "p"

INSERT INTO c SELECT id + 10, id, NULL FROM generate_series(1, 5) AS g(id);
----
error 23503: insert or update on table "c" violates foreign key constraint "c_p_id_fkey": key (p_id)=(4) is not present in table "p"

SELECT count(*) FROM c;
----
count
3

UPDATE c SET p_id = 7 WHERE id = 1;
----
error 23503: insert or update on table "c" violates foreign key constraint "c_p_id_fkey": key (p_id)=(7) is not present in table "p"

UPDATE c SET p_id = 3 WHERE id = 1 RETURNING *;
----
id | p_id | code
1 | 3 | one

DELETE FROM p WHERE id = 3;
----
error 23503: update or delete on table "p" violates foreign key constraint "c_p_id_fkey" on table "c": key (id)=(3) is still referenced from table "c"

DELETE FROM p WHERE id = 1;
----
error 23503: update or delete on table "p" violates foreign key constraint "by_code" on table "c": key (code)=(one) is still referenced from table "c"

UPDATE p SET id = 20 WHERE id = 2;
----
error 23503: update or delete on table "p" violates foreign key constraint "c_p_id_fkey" on table "c": key (id)=(2) is still referenced from table "c"

UPDATE p SET code = 'uno' WHERE id = 1;
----
error 23503: update or delete on table "p" violates foreign key constraint "by_code" on table "c": key (code)=(one) is still referenced from table "c"

UPDATE p SET a = 5, code = 'two' WHERE id = 2 RETURNING *;
----
id | code | a | b
2 | two | 5 | 2

DELETE FROM c WHERE code = 'one';
----
ok, 1 row

DELETE FROM p WHERE id = 1;
----
ok, 1 row

INSERT INTO p VALUES (1, 'one', 1, 1);
----
ok, 1 row

-- What it refers to must be a key, of the same types.

CREATE TABLE bad (a INTEGER REFERENCES nowhere);
----
error 42P01 at 1:40: table "nowhere" does not exist

CREATE TABLE bad (a INTEGER REFERENCES p (nothing));
----
error 42703 at 1:43: table "p" has no column "nothing"

CREATE TABLE bad (a INTEGER REFERENCES p (a));
----
error 42830 at 1:40: there is no unique constraint matching given keys for referenced table "p"

CREATE TABLE bad (a TEXT REFERENCES p);
----
error 42804 at 1:19: a foreign key compares columns of one type: "a" is TEXT, and "id" INTEGER

CREATE TABLE bad (a INTEGER, b INTEGER, FOREIGN KEY (a, b) REFERENCES p);
----
error 42830 at 1:1: number of referencing and referenced columns for foreign key disagree

CREATE TABLE bad (a INTEGER, FOREIGN KEY (z) REFERENCES p);
----
error 42703 at 1:43: column "z" of the key does not exist
hint: did you mean "a"?

CREATE TABLE bad (a INTEGER, FOREIGN KEY (a) REFERENCES p MATCH PARTIAL);
----
error 0A000 at 1:1: MATCH PARTIAL is not supported

CREATE TABLE bad (a INTEGER, FOREIGN KEY (a) REFERENCES p ON DELETE SET NULL (b), b INTEGER);
----
error 42P10 at 1:79: column "b" referenced in ON DELETE SET action must be part of foreign key

CREATE TABLE bad (a INTEGER, FOREIGN KEY (a) REFERENCES p ON UPDATE SET NULL (a));
----
error 0A000 at 1:79: a column list of an ON UPDATE action is not supported

CREATE TABLE bad (a INTEGER REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED);
----
error 42601 at 1:19: syntax error: a constraint that is INITIALLY DEFERRED must be DEFERRABLE

CREATE TABLE keyless (x INTEGER);
----
ok

CREATE TABLE bad (a INTEGER REFERENCES keyless);
----
error 42704 at 1:40: there is no primary key for referenced table "keyless"

CREATE TABLE bad (a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1) REFERENCES p ON DELETE SET NULL);
----
error 42601 at 1:30: an action of a foreign key cannot set a computed column

CREATE VIEW pv AS SELECT id FROM p;
----
ok

CREATE TABLE bad (a INTEGER REFERENCES pv);
----
error 42809 at 1:40: "pv" is a view, not a table

DROP VIEW pv;
----
ok

-- What others refer to stays, or the constraint goes.

DROP TABLE p;
----
error 2BP01 at 1:12: constraint "c_p_id_fkey" of table "c" refers to what is to be dropped
hint: drop it first, or write CASCADE

TRUNCATE p;
----
error 0A000 at 1:10: cannot truncate a table referenced in a foreign key constraint
hint: table "c" refers to "p": truncate it in the same statement, or write CASCADE

TRUNCATE p, c;
----
ok

INSERT INTO p VALUES (1, 'one', 1, 1), (2, 'two', 1, 2);
----
ok, 2 rows

INSERT INTO c VALUES (1, 1, 'one');
----
ok, 1 row

TRUNCATE p CASCADE;
----
ok

SELECT (SELECT count(*) FROM p) AS p, (SELECT count(*) FROM c) AS c;
----
p | c
0 | 0

ALTER TABLE p DROP COLUMN code;
----
error 2BP01 at 1:13: constraint "by_code" on table "c" depends on what is to be dropped
hint: drop it first, or write CASCADE

ALTER TABLE p DROP CONSTRAINT p_code_key;
----
error 2BP01 at 1:13: constraint "by_code" on table "c" depends on what is to be dropped
hint: drop it first, or write CASCADE

ALTER TABLE p ALTER COLUMN id TYPE TEXT;
----
error 2BP01 at 1:13: constraint "c_p_id_fkey" on table "c" depends on what is to be dropped
hint: drop it first, or write CASCADE

ALTER TABLE c ALTER COLUMN code TYPE VARCHAR(3);
----
error 2BP01 at 1:13: constraint "by_code" on table "c" depends on what is to be dropped
hint: drop it first, or write CASCADE

ALTER TABLE p DROP COLUMN code CASCADE;
----
ok

INSERT INTO c VALUES (2, NULL, 'nothing');
----
ok, 1 row

ALTER TABLE c DROP CONSTRAINT c_p_id_fkey;
----
ok

INSERT INTO c VALUES (3, 77, NULL);
----
ok, 1 row

ALTER TABLE c ADD CONSTRAINT again FOREIGN KEY (p_id) REFERENCES p;
----
error 23503: insert or update on table "c" violates foreign key constraint "again": key (p_id)=(77) is not present in table "p"

DELETE FROM c WHERE id = 3;
----
ok, 1 row

ALTER TABLE c ADD CONSTRAINT again FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE, ADD COLUMN more INTEGER REFERENCES p ON DELETE SET NULL;
----
ok

INSERT INTO p VALUES (1, 1, 1), (2, 2, 2);
----
ok, 2 rows

INSERT INTO c VALUES (5, 1, 'x', 2), (6, 2, 'y', 1), (7, 2, 'z', 2);
----
ok, 3 rows

ALTER TABLE c RENAME CONSTRAINT again TO once_more;
----
ok

ALTER TABLE p RENAME TO parents;
----
ok

ALTER TABLE parents RENAME COLUMN id TO number;
----
ok

ALTER TABLE parents ADD COLUMN first INTEGER, DROP COLUMN a CASCADE;
----
ok

INSERT INTO c VALUES (8, 9, NULL, NULL);
----
error 23503: insert or update on table "c" violates foreign key constraint "once_more": key (p_id)=(9) is not present in table "parents"

DELETE FROM parents WHERE number = 1;
----
ok, 1 row

SELECT * FROM c ORDER BY id;
----
id | p_id | code | more
2 | NULL | nothing | NULL
6 | 2 | y | NULL
7 | 2 | z | 2

DROP TABLE parents CASCADE;
----
ok

INSERT INTO c VALUES (8, 9, NULL, 9);
----
ok, 1 row

DROP TABLE c, keyless;
----
ok

-- Actions.

CREATE TABLE p (a INTEGER, b INTEGER, name TEXT, PRIMARY KEY (a, b));
----
ok

CREATE TABLE cas (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, twice INTEGER GENERATED ALWAYS AS (a * 2), FOREIGN KEY (a, b) REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
----
ok

CREATE TABLE nul (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL (b) ON UPDATE SET NULL);
----
ok

CREATE TABLE def (id INTEGER PRIMARY KEY, a INTEGER DEFAULT 0, b INTEGER DEFAULT 0, FOREIGN KEY (a, b) REFERENCES p ON DELETE SET DEFAULT ON UPDATE SET DEFAULT);
----
ok

CREATE INDEX cas_ba ON cas (b, a);
----
ok

INSERT INTO p VALUES (0, 0, 'zero'), (1, 1, 'one'), (1, 2, 'two'), (2, 1, 'three');
----
ok, 4 rows

INSERT INTO cas (id, a, b) VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, NULL, 9);
----
ok, 4 rows

INSERT INTO nul VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1);
----
ok, 3 rows

INSERT INTO def VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1);
----
ok, 3 rows

-- Keys that change places.

UPDATE p SET a = b, b = a WHERE name IN ('two', 'three');
----
ok, 2 rows

SELECT * FROM cas ORDER BY id;
----
id | a | b | twice
1 | 1 | 1 | 2
2 | 2 | 1 | 4
3 | 1 | 2 | 2
4 | NULL | 9 | NULL

SELECT * FROM nul ORDER BY id;
----
id | a | b
1 | 1 | 1
2 | NULL | NULL
3 | NULL | NULL

SELECT * FROM def ORDER BY id;
----
id | a | b
1 | 1 | 1
2 | 0 | 0
3 | 0 | 0

DELETE FROM p WHERE name = 'one';
----
ok, 1 row

SELECT * FROM cas ORDER BY id;
----
id | a | b | twice
2 | 2 | 1 | 4
3 | 1 | 2 | 2
4 | NULL | 9 | NULL

SELECT * FROM nul ORDER BY id;
----
id | a | b
1 | 1 | NULL
2 | NULL | NULL
3 | NULL | NULL

SELECT * FROM def ORDER BY id;
----
id | a | b
1 | 0 | 0
2 | 0 | 0
3 | 0 | 0

DELETE FROM p WHERE a = 0;
----
error 23503: insert or update on table "def" violates foreign key constraint "def_a_b_fkey": key (a, b)=(0, 0) is not present in table "p"

SELECT count(*) FROM p;
----
count
3

EXPLAIN DELETE FROM p WHERE a = 0;
----
QUERY PLAN
Delete on p
  ->  IndexOnlyScan on p using p_pkey  (rows=10)
        Index Cond: a = 0

DROP TABLE cas, nul, def;
----
ok

DROP TABLE p;
----
ok

-- NO ACTION looks when the statement ends, RESTRICT does not wait.

CREATE TABLE p (id INTEGER PRIMARY KEY);
----
ok

CREATE TABLE later (p INTEGER REFERENCES p ON UPDATE NO ACTION);
----
ok

CREATE TABLE never (p INTEGER REFERENCES p ON UPDATE RESTRICT ON DELETE RESTRICT);
----
ok

INSERT INTO p VALUES (1), (2);
----
ok, 2 rows

INSERT INTO later VALUES (1), (2);
----
ok, 2 rows

UPDATE p SET id = 3 - id;
----
ok, 2 rows

INSERT INTO never VALUES (1);
----
ok, 1 row

UPDATE p SET id = 3 - id;
----
error 23503: update or delete on table "p" violates foreign key constraint "never_p_fkey" on table "never": key (id)=(1) is still referenced from table "never"

DELETE FROM p;
----
error 23503: update or delete on table "p" violates foreign key constraint "never_p_fkey" on table "never": key (id)=(1) is still referenced from table "never"

DROP TABLE later, never, p;
----
ok

-- A table that refers to itself, and circles.

CREATE TABLE tree (id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree ON DELETE CASCADE, name TEXT);
----
ok

INSERT INTO tree VALUES (2, 1, 'child'), (1, NULL, 'root'), (3, 2, 'grandchild'), (4, 4, 'own');
----
ok, 4 rows

INSERT INTO tree VALUES (5, 50, 'lost');
----
error 23503: insert or update on table "tree" violates foreign key constraint "tree_up_fkey": key (up)=(50) is not present in table "tree"

DELETE FROM tree WHERE id = 1;
----
ok, 1 row

SELECT * FROM tree;
----
id | up | name
4 | 4 | own

DELETE FROM tree;
----
ok, 1 row

DROP TABLE tree;
----
ok

CREATE TABLE x (id INTEGER PRIMARY KEY, y INTEGER);
----
ok

CREATE TABLE y (id INTEGER PRIMARY KEY, x INTEGER REFERENCES x DEFERRABLE INITIALLY DEFERRED);
----
ok

ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES y ON DELETE CASCADE DEFERRABLE;
----
ok

-- Deferred to the end of the transaction.

INSERT INTO y VALUES (1, 1);
----
error 23503: insert or update on table "y" violates foreign key constraint "y_x_fkey": key (x)=(1) is not present in table "x"

BEGIN;
----
ok

INSERT INTO y VALUES (1, 1);
----
ok, 1 row

INSERT INTO x VALUES (1, 1);
----
ok, 1 row

COMMIT;
----
ok

BEGIN;
----
ok

INSERT INTO y VALUES (2, 2);
----
ok, 1 row

COMMIT;
----
error 23503: insert or update on table "y" violates foreign key constraint "y_x_fkey": key (x)=(2) is not present in table "x"

SELECT count(*) FROM y;
----
count
1

BEGIN;
----
ok

INSERT INTO x VALUES (3, 3);
----
error 23503: insert or update on table "x" violates foreign key constraint "x_y_fkey": key (y)=(3) is not present in table "y"

SET CONSTRAINTS ALL DEFERRED;
----
ok

INSERT INTO x VALUES (3, 3);
----
ok, 1 row

SAVEPOINT a;
----
ok

INSERT INTO x VALUES (4, 4);
----
ok, 1 row

SET CONSTRAINTS ALL IMMEDIATE;
----
error 23503: insert or update on table "x" violates foreign key constraint "x_y_fkey": key (y)=(3) is not present in table "y"

ROLLBACK TO a;
----
ok

SET CONSTRAINTS x_y_fkey IMMEDIATE;
----
error 23503: insert or update on table "x" violates foreign key constraint "x_y_fkey": key (y)=(3) is not present in table "y"

INSERT INTO y VALUES (3, NULL);
----
ok, 1 row

SET CONSTRAINTS x_y_fkey IMMEDIATE;
----
ok

COMMIT;
----
ok

-- What SET CONSTRAINTS says after a savepoint is taken back with it.

BEGIN;
----
ok

SAVEPOINT b;
----
ok

SET CONSTRAINTS ALL DEFERRED;
----
ok

ROLLBACK TO b;
----
ok

INSERT INTO x VALUES (5, 5);
----
error 23503: insert or update on table "x" violates foreign key constraint "x_y_fkey": key (y)=(5) is not present in table "y"

ROLLBACK;
----
ok

SELECT * FROM x ORDER BY id;
----
id | y
1 | 1
3 | 3

BEGIN;
----
ok

DELETE FROM x WHERE id = 1;
----
ok, 1 row

INSERT INTO x VALUES (1, NULL);
----
ok, 1 row

COMMIT;
----
ok

BEGIN;
----
ok

DELETE FROM x WHERE id = 1;
----
ok, 1 row

COMMIT;
----
error 23503: update or delete on table "x" violates foreign key constraint "y_x_fkey" on table "y": key (id)=(1) is still referenced from table "y"

SELECT * FROM x ORDER BY id;
----
id | y
1 | NULL
3 | 3

SET CONSTRAINTS nothing DEFERRED;
----
error 42704 at 1:17: constraint "nothing" does not exist

SET CONSTRAINTS ALL LATER;
----
error 42601 at 1:21: syntax error: expected DEFERRED or IMMEDIATE, found LATER

SET CONSTRAINTS ALL DEFERRED;
----
ok

DROP TABLE x;
----
error 2BP01 at 1:12: constraint "y_x_fkey" of table "y" refers to what is to be dropped
hint: drop it first, or write CASCADE

DROP TABLE x CASCADE;
----
ok

DROP TABLE y;
----
ok

-- MATCH FULL.

CREATE TABLE p (a INTEGER, b TEXT, UNIQUE (b, a));
----
ok

CREATE TABLE full_key (a INTEGER, b TEXT, FOREIGN KEY (a, b) REFERENCES p (a, b) MATCH FULL);
----
ok

INSERT INTO p VALUES (1, 'x'), (2, NULL);
----
ok, 2 rows

INSERT INTO full_key VALUES (1, 'x'), (NULL, NULL);
----
ok, 2 rows

INSERT INTO full_key VALUES (1, NULL);
----
error 23503: insert or update on table "full_key" violates foreign key constraint "full_key_a_b_fkey": MATCH FULL does not allow mixing of null and nonnull key values

INSERT INTO full_key VALUES (2, 'x');
----
error 23503: insert or update on table "full_key" violates foreign key constraint "full_key_a_b_fkey": key (a, b)=(2, x) is not present in table "p"

DELETE FROM p WHERE a = 2;
----
ok, 1 row

DELETE FROM p;
----
error 23503: update or delete on table "p" violates foreign key constraint "full_key_a_b_fkey" on table "full_key": key (a, b)=(1, x) is still referenced from table "full_key"

-- With what else a row may meet.

CREATE TABLE up (id INTEGER PRIMARY KEY, v INTEGER);
----
ok

CREATE TABLE down (id INTEGER PRIMARY KEY, up INTEGER NOT NULL REFERENCES up ON DELETE SET NULL, CHECK (up < 100));
----
ok

INSERT INTO up VALUES (1, 1), (2, 2), (200, 3);
----
ok, 3 rows

INSERT INTO down VALUES (1, 1);
----
ok, 1 row

DELETE FROM up WHERE id = 1;
----
error 23502: null value in column "up" of table "down" violates not-null constraint

INSERT INTO down VALUES (2, 3) ON CONFLICT DO NOTHING;
----
error 23503: insert or update on table "down" violates foreign key constraint "down_up_fkey": key (up)=(3) is not present in table "up"

INSERT OR IGNORE INTO down VALUES (2, 3);
----
error 23503: insert or update on table "down" violates foreign key constraint "down_up_fkey": key (up)=(3) is not present in table "up"

INSERT INTO down VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET up = excluded.up RETURNING *;
----
id | up
1 | 2

INSERT INTO down VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET up = 50;
----
error 23503: insert or update on table "down" violates foreign key constraint "down_up_fkey": key (up)=(50) is not present in table "up"

REPLACE INTO up VALUES (200, 4);
----
ok, 1 row

REPLACE INTO up VALUES (2, 4);
----
error 23502: null value in column "up" of table "down" violates not-null constraint

WITH gone AS (SELECT 2 AS id) DELETE FROM up USING gone WHERE up.id = gone.id;
----
error 23502: null value in column "up" of table "down" violates not-null constraint

CREATE UNIQUE INDEX up_v ON up (v);
----
ok

CREATE TABLE by_index (v INTEGER REFERENCES up (v));
----
ok

DROP INDEX up_v;
----
error 2BP01 at 1:12: constraint "by_index_v_fkey" on table "by_index" depends on what is to be dropped
hint: drop it first, or write CASCADE

DROP TABLE by_index;
----
ok

DROP INDEX up_v;
----
ok

PRAGMA integrity_check;
----
integrity_check
ok
