-- ENUM types: labels in a declared order.

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
----
ok

CREATE TABLE p (id INTEGER PRIMARY KEY, m mood DEFAULT 'ok', past mood[], CHECK (m <> 'sad' OR id < 10));
----
ok

INSERT INTO p (id, m, past) VALUES (1, 'happy', '{sad,ok}'), (2, 'sad', ARRAY['ok', 'happy']::mood[]), (3, 'ok', NULL), (4, NULL, '{}');
----
ok, 4 rows

INSERT INTO p (id) VALUES (5);
----
ok, 1 row

INSERT INTO p (id, m) VALUES (6, 'angry');
----
error 22P02 at 1:34: invalid input value for enum mood: "angry"

INSERT INTO p (id, m) VALUES (6, 1);
----
error 42804 at 1:34: column "m" is mood, the value INTEGER
hint: convert it with CAST

INSERT INTO p (id, m) VALUES (10, 'sad');
----
error 23514: a row of table "p" violates check constraint "p_check"

INSERT INTO p (id, m) VALUES (6, 'Happy');
----
error 22P02 at 1:34: invalid input value for enum mood: "Happy"

SELECT * FROM p ORDER BY m, id;
----
id | m | past
2 | sad | {ok,happy}
3 | ok | NULL
5 | ok | NULL
1 | happy | {sad,ok}
4 | NULL | {}

SELECT id FROM p WHERE m > 'sad' ORDER BY m DESC, id;
----
id
1
3
5

SELECT id, m = 'ok', m < 'happy', m::TEXT || '!', 'ok'::mood < m, m IN ('sad', 'happy'), m = ANY (past) FROM p ORDER BY id;
----
id | column2 | column3 | column4 | column5 | column6 | column7
1 | false | false | happy! | true | true | false
2 | false | true | sad! | false | true | false
3 | true | true | ok! | false | false | NULL
4 | NULL | NULL | NULL | NULL | NULL | false
5 | true | true | ok! | false | false | NULL

SELECT m, count(*), array_agg(id ORDER BY id) FROM p GROUP BY m ORDER BY m NULLS FIRST;
----
m | count | array_agg
NULL | 1 | {4}
sad | 1 | {2}
ok | 2 | {3,5}
happy | 1 | {1}

SELECT min(m), max(m), count(DISTINCT m), mode() WITHIN GROUP (ORDER BY m), array_agg(DISTINCT m) FROM p;
----
min | max | count | mode | array_agg
sad | happy | 3 | ok | {sad,ok,happy,NULL}

SELECT past[1], past[1] < 'ok', array_position(past, 'ok'), array_append(past, 'sad'), unnest.unnest FROM p, unnest(past) ORDER BY id, unnest;
----
past | column2 | array_position | array_append | unnest
sad | true | 2 | {sad,ok,sad} | sad
sad | true | 2 | {sad,ok,sad} | ok
ok | false | 1 | {ok,happy,sad} | ok
ok | false | 1 | {ok,happy,sad} | happy

SELECT a.id, b.id FROM p a JOIN p b ON a.m = b.m AND a.id < b.id ORDER BY 1, 2;
----
id | id
3 | 5

SELECT typeof(m), quote(m), coalesce(m, 'sad'), CASE WHEN id = 1 THEN 'sad' ELSE m END, greatest(m, 'ok') FROM p ORDER BY id LIMIT 2;
----
typeof | quote | coalesce | case | greatest
mood | 'happy' | happy | sad | happy
mood | 'sad' | sad | sad | ok

SELECT enum_first(NULL::mood), enum_last('sad'::mood), enum_range(NULL::mood), enum_range('ok'::mood, NULL), enum_range(NULL, 'ok'::mood), enum_range('happy'::mood, 'sad'::mood);
----
enum_first | enum_last | enum_range | enum_range | enum_range | enum_range
sad | happy | {sad,ok,happy} | {ok,happy} | {sad,ok} | {}

SELECT 'bad'::mood;
----
error 22P02 at 1:8: invalid input value for enum mood: "bad"

SELECT 'ok'::moods;
----
error 0A000 at 1:14: type moods is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last

SELECT m = 1 FROM p;
----
error 42804 at 1:12: =: mood and INTEGER do not go together
hint: convert one side with CAST

SELECT m = id::TEXT FROM p;
----
error 42804 at 1:12: =: mood and TEXT do not go together
hint: convert one side with CAST

SELECT enum_first(1);
----
error 42883 at 1:8: function enum_first(INTEGER) does not exist
hint: convert the arguments with CAST

SELECT lower(m) FROM p;
----
error 42883 at 1:8: function lower(mood) does not exist
hint: convert the arguments with CAST

CREATE TYPE size AS ENUM ('small', 'large', 'ok');
----
ok

SELECT 'ok'::size = 'ok'::mood;
----
error 42804 at 1:21: =: size and mood do not go together
hint: convert one side with CAST

SELECT 'ok'::size::mood;
----
error 42804 at 1:8: cannot cast size to mood

SELECT 'ok'::size::TEXT::mood, ARRAY['ok', 'small']::size[], '{ok,sad}'::mood[]::TEXT[];
----
column1 | array | column3
ok | {ok,small} | {ok,sad}

-- Indexes and keys.

CREATE INDEX p_m ON p (m, id);
----
ok

EXPLAIN SELECT id FROM p WHERE m = 'ok';
----
QUERY PLAN
IndexOnlyScan on p using p_m  (rows=10)
  Index Cond: m = 'ok'

SELECT id FROM p WHERE m = 'ok' ORDER BY id;
----
id
3
5

SELECT m, id FROM p WHERE m >= 'ok' ORDER BY m DESC, id DESC;
----
m | id
happy | 1
ok | 5
ok | 3

CREATE TABLE k (s size PRIMARY KEY, n INTEGER);
----
ok

INSERT INTO k VALUES ('large', 1), ('small', 2), ('ok', 3);
----
ok, 3 rows

INSERT INTO k VALUES ('small', 4);
----
error 23505: duplicate key value violates unique constraint "k_pkey": key (s)=(small) already exists

SELECT * FROM k ORDER BY s;
----
s | n
small | 2
large | 1
ok | 3

UPDATE p SET m = 'happy', past[1] = 'happy' WHERE m = 'sad' RETURNING id, m, past;
----
id | m | past
2 | happy | {happy,happy}

-- Labels come and change; what is stored keeps its meaning.

ALTER TYPE mood ADD VALUE 'angry' BEFORE 'sad';
----
ok

ALTER TYPE mood ADD VALUE 'fine' AFTER 'ok';
----
ok

ALTER TYPE mood ADD VALUE 'elated';
----
ok

ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fine';
----
ok

ALTER TYPE mood ADD VALUE 'fine';
----
error 42710 at 1:12: enum label "fine" already exists

ALTER TYPE mood ADD VALUE 'x' AFTER 'nothing';
----
error 22023 at 1:12: "nothing" is not an existing enum label

SELECT enum_range(NULL::mood);
----
enum_range
{angry,sad,ok,fine,happy,elated}

INSERT INTO p (id, m, past) VALUES (7, 'fine', '{elated,angry}');
----
ok, 1 row

SELECT id, m FROM p WHERE m > 'ok' AND m < 'elated' ORDER BY m, id;
----
id | m
7 | fine
1 | happy
2 | happy

SELECT id, m, past FROM p ORDER BY m, id;
----
id | m | past
3 | ok | NULL
5 | ok | NULL
7 | fine | {elated,angry}
1 | happy | {sad,ok}
2 | happy | {happy,happy}
4 | NULL | {}

ALTER TYPE size RENAME VALUE 'ok' TO 'medium';
----
ok

ALTER TYPE size RENAME VALUE 'ok' TO 'x';
----
error 22023 at 1:12: "ok" is not an existing enum label

ALTER TYPE size RENAME VALUE 'small' TO 'large';
----
error 42710 at 1:12: enum label "large" already exists

ALTER TYPE size RENAME TO "Size 2";
----
ok

SELECT s, typeof(s) FROM k ORDER BY s;
----
s | typeof
small | Size 2
large | Size 2
medium | Size 2

SELECT 'medium'::"Size 2", NULL::size;
----
error 0A000 at 1:34: type size is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last

ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';
----
error 0A000 at 1:12: RENAME in a type while table "p" has it and a CHECK, a computed column or an index that computes something is not supported

ALTER TABLE k ADD COLUMN m mood NOT NULL DEFAULT 'fine';
----
ok

ALTER TYPE mood ADD VALUE 'zen' BEFORE 'fine';
----
ok

SELECT * FROM k WHERE m > 'zen' ORDER BY s;
----
s | n | m
small | 2 | fine
large | 1 | fine
medium | 3 | fine

ALTER TABLE k ALTER COLUMN m TYPE TEXT;
----
error 42804 at 1:28: the default of column "m" is no TEXT
hint: drop the default first

ALTER TABLE k ALTER COLUMN m TYPE mood USING m::mood;
----
ok

ALTER TABLE k ALTER COLUMN m SET DEFAULT 'zen';
----
ok

INSERT INTO k (s) SELECT s FROM k WHERE FALSE;
----
ok

CREATE TABLE c AS SELECT m, past FROM p WHERE id = 1;
----
ok

SELECT m, past, m < 'elated' FROM c;
----
m | past | column3
happy | {sad,ok} | true

CREATE VIEW v AS SELECT id, m FROM p WHERE m = 'happy';
----
ok

SELECT * FROM v ORDER BY id;
----
id | m
1 | happy
2 | happy

-- In transactions.

BEGIN;
----
ok

CREATE TYPE t1 AS ENUM ('a');
----
ok

ALTER TYPE t1 ADD VALUE 'b' BEFORE 'a';
----
ok

SELECT enum_range(NULL::t1);
----
enum_range
{b,a}

SAVEPOINT s;
----
ok

ALTER TYPE t1 ADD VALUE 'c';
----
ok

ROLLBACK TO s;
----
ok

SELECT enum_range(NULL::t1);
----
enum_range
{b,a}

ROLLBACK;
----
ok

SELECT NULL::t1;
----
error 0A000 at 1:14: type t1 is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last

DROP TYPE mood;
----
error 2BP01 at 1:11: cannot drop type mood: column "m" of table "p" has it

DROP TYPE mood CASCADE;
----
error 0A000 at 1:11: DROP TYPE … CASCADE of a type that columns have is not supported
hint: drop column "m" of table "p" first

DROP TABLE k;
----
ok

DROP TYPE "Size 2", "size 2";
----
ok

DROP TYPE IF EXISTS nothing, "Size 2";
----
ok

DROP TYPE nothing;
----
error 42704 at 1:11: type "nothing" does not exist

CREATE TYPE mood AS ENUM ('a');
----
error 42710 at 1:13: type "mood" already exists

CREATE TYPE bad AS ENUM ('a', 'a');
----
error 42710 at 1:13: enum label "a" already exists

CREATE TYPE none AS ENUM ();
----
ok

SELECT enum_first(NULL::none), enum_range(NULL::none);
----
enum_first | enum_range
NULL | {}

CREATE TYPE point AS (x INTEGER, y INTEGER);
----
error 0A000 at 1:13: CREATE TYPE of anything but ENUM is not supported

ALTER TYPE nothing ADD VALUE 'a';
----
error 42704 at 1:12: type "nothing" does not exist

CREATE TYPE bad AS ENUM ('0123456789012345678901234567890123456789012345678901234567890123');
----
error 42602 at 1:13: invalid enum label "0123456789012345678901234567890123456789012345678901234567890123": labels have at most 63 bytes

-- A condition keeps what its constants are, so that it needs no type that no column of its table has.

CREATE TYPE shade AS ENUM ('dark', 'light');
----
ok

CREATE TABLE constant (x TEXT, CHECK (x <> 'dark'::shade::text));
----
ok

ALTER TYPE shade RENAME VALUE 'dark' TO 'dim';
----
ok

DROP TYPE shade;
----
ok

INSERT INTO constant VALUES ('dim');
----
ok, 1 row

INSERT INTO constant VALUES ('dark');
----
error 23514: a row of table "constant" violates check constraint "constant_x_check"
