-- DEFAULT: constants, and expressions that are computed for each row.

CREATE TABLE t (
  id INTEGER PRIMARY KEY,
  a INTEGER DEFAULT 2 + 3 * 4,
  made TIMESTAMPTZ DEFAULT now() NOT NULL,
  day DATE DEFAULT CURRENT_DATE,
  u UUID DEFAULT gen_random_uuid() UNIQUE,
  note TEXT DEFAULT upper('x' || length('four')),
  due TIMESTAMP DEFAULT CURRENT_TIMESTAMP + INTERVAL '1 day',
  c INTEGER DEFAULT CASE WHEN 1 < 2 THEN 10 ELSE 20 END
);
----
ok

INSERT INTO t (a) VALUES (1), (DEFAULT), (NULL);
----
ok, 3 rows

INSERT INTO t DEFAULT VALUES;
----
ok, 1 row

INSERT INTO t (made, day, u) SELECT '2020-01-01', DATE '2020-01-02', NULL;
----
ok, 1 row

INSERT INTO t VALUES (10, 10, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT);
----
ok, 1 row

SELECT id, a, note, c, day = CURRENT_DATE AS today, made > now() - INTERVAL '1 minute' AS late, due > made AS due
FROM t ORDER BY id;
----
id | a | note | c | today | late | due
1 | 1 | X4 | 10 | true | true | true
2 | 14 | X4 | 10 | true | true | true
3 | NULL | X4 | 10 | true | true | true
4 | 14 | X4 | 10 | true | true | true
5 | 14 | X4 | 10 | false | false | true
10 | 10 | X4 | 10 | true | true | true

-- One value a row.

SELECT count(DISTINCT u), count(u) FROM t;
----
count | count
5 | 5

-- One moment a statement, and a transaction.

SELECT count(DISTINCT made) FROM t WHERE id < 4;
----
count
1

BEGIN;
----
ok

INSERT INTO t (id) VALUES (20);
----
ok, 1 row

INSERT INTO t (id) VALUES (21);
----
ok, 1 row

SELECT count(DISTINCT made), bool_and(made = now()) FROM t WHERE id >= 20;
----
count | bool_and
1 | true

ROLLBACK;
----
ok

UPDATE t SET u = DEFAULT, note = DEFAULT, a = DEFAULT WHERE id <= 3;
----
ok, 3 rows

SELECT count(DISTINCT u) FROM t;
----
count
5

-- The value is fitted to the column, and its checks hold for it.

CREATE TABLE fit (n INTEGER, v VARCHAR(3) DEFAULT 'a' || CURRENT_DATE, d DATE DEFAULT now()::DATE, s SMALLINT DEFAULT 40000 + 0 * length(timeofday()), p NUMERIC(5, 1) DEFAULT 1.25 * abs(2));
----
ok

INSERT INTO fit (n, s) VALUES (1, 1);
----
error 22001: column "v" of table "fit": the text has more than 3 characters

INSERT INTO fit (n, v) VALUES (1, 'a');
----
error 22003: column "s" of table "fit": SMALLINT out of range

INSERT INTO fit (n, v, s) VALUES (1, 'a', 1) RETURNING v, d = CURRENT_DATE, s, p;
----
v | column2 | s | p
a | true | 1 | 2.5

CREATE TABLE checked (a INTEGER DEFAULT abs(-5) CHECK (a < 3));
----
ok

INSERT INTO checked DEFAULT VALUES;
----
error 23514: a row of table "checked" violates check constraint "checked_a_check"

-- The keys of rows that are there.

CREATE TABLE keyed (k TEXT PRIMARY KEY, a INTEGER DEFAULT abs(-7) NOT NULL, n INTEGER DEFAULT 3);
----
ok

INSERT INTO keyed (k, a) VALUES ('x', 1);
----
ok, 1 row

INSERT INTO keyed (k) VALUES ('x') ON CONFLICT (k) DO UPDATE SET a = excluded.a, n = DEFAULT RETURNING *;
----
k | a | n
x | 7 | 3

INSERT INTO keyed (k, a) VALUES ('x', 4) ON CONFLICT (k) DO UPDATE SET a = DEFAULT RETURNING *;
----
k | a | n
x | 7 | 3

INSERT OR REPLACE INTO keyed VALUES ('x', NULL, NULL), ('y', 5, 6) RETURNING *;
----
k | a | n
x | 7 | NULL
y | 5 | 6

-- What it may be.

CREATE TABLE bad (a INTEGER DEFAULT (SELECT 1));
----
error 0A000 at 1:38: a query in DEFAULT is not supported

CREATE TABLE bad (a INTEGER, b INTEGER DEFAULT a + 1);
----
error 42703 at 1:48: column "a" does not exist

CREATE TABLE bad (a INTEGER DEFAULT count(*));
----
error 42803 at 1:37: an aggregate is not allowed in DEFAULT

CREATE TABLE bad (a INTEGER DEFAULT row_number() OVER ());
----
error 42P20 at 1:37: a window function is allowed in a select list and its ORDER BY, and not inside another

CREATE TABLE bad (a INTEGER DEFAULT ?1);
----
error 0A000 at 1:37: a parameter in DEFAULT is not supported

CREATE TABLE bad (a DATE DEFAULT random_day());
----
error 42883 at 1:34: function random_day does not exist

CREATE TABLE bad (a INTEGER DEFAULT now());
----
error 42804 at 1:37: column "a" is INTEGER, its default TIMESTAMPTZ

CREATE TABLE bad (a INTEGER DEFAULT abs(1) DEFAULT 2);
----
error 42P16 at 1:19: column "a" has two DEFAULTs

CREATE TABLE bad (id INTEGER PRIMARY KEY DEFAULT 5);
----
error 42P16 at 1:14: column "id" assigns itself and takes no constant DEFAULT

-- ALTER TABLE.

CREATE TABLE al (id INTEGER PRIMARY KEY, a INTEGER);
----
ok

INSERT INTO al (a) VALUES (1), (2), (3);
----
ok, 3 rows

ALTER TABLE al ADD COLUMN made TIMESTAMPTZ NOT NULL DEFAULT now();
----
ok

ALTER TABLE al ADD COLUMN u UUID DEFAULT gen_random_uuid() UNIQUE;
----
ok

ALTER TABLE al ADD COLUMN x INTEGER DEFAULT abs(-4), ADD COLUMN y TEXT DEFAULT 'y';
----
ok

SELECT count(DISTINCT made), count(DISTINCT u), bool_and(made < clock_timestamp()) FROM al;
----
count | count | bool_and
1 | 3 | true

SELECT id, a, x, y FROM al;
----
id | a | x | y
1 | 1 | 4 | y
2 | 2 | 4 | y
3 | 3 | 4 | y

ALTER TABLE al ALTER COLUMN a SET DEFAULT length('seven'), ALTER COLUMN x SET DEFAULT 9;
----
ok

INSERT INTO al DEFAULT VALUES RETURNING id, a, x, y;
----
id | a | x | y
4 | 5 | 9 | y

ALTER TABLE al ALTER COLUMN a TYPE TEXT;
----
error 42804 at 1:29: the default of column "a" is no TEXT
hint: drop the default first

INSERT INTO al DEFAULT VALUES RETURNING id, a;
----
id | a
5 | 5

ALTER TABLE al ALTER COLUMN made TYPE BOOLEAN USING true;
----
error 42804 at 1:29: the default of column "made" is no BOOLEAN
hint: drop the default first

ALTER TABLE al ALTER COLUMN made DROP DEFAULT, ALTER COLUMN made TYPE BOOLEAN USING true;
----
ok

ALTER TABLE al ALTER COLUMN a DROP DEFAULT;
----
ok

INSERT INTO al (made) VALUES (false) RETURNING id, a, made;
----
id | a | made
6 | NULL | false

ALTER TABLE al ADD COLUMN z SMALLINT DEFAULT abs(40000);
----
error 22003 at 1:46: SMALLINT out of range

ALTER TABLE al ADD COLUMN z SMALLINT DEFAULT 40000 + 0 * extract(day FROM now())::INTEGER;
----
error 22003: SMALLINT out of range

ALTER TABLE al ADD COLUMN z SMALLINT DEFAULT 40000 + 0 * length(timeofday());
----
error 22003: column "z" of table "al": SMALLINT out of range

ALTER TABLE al ALTER COLUMN a SET DEFAULT b;
----
error 42703 at 1:43: column "b" does not exist

-- What it says of a zone is read in the session's.

SET timezone = 'Asia/Tokyo';
----
ok

CREATE TABLE zoned (a TIMESTAMPTZ DEFAULT timezone('UTC', TIMESTAMP '2020-01-01 12:00'), b TEXT DEFAULT to_char(TIMESTAMPTZ '2020-01-01 12:00+00', 'HH24:MI'));
----
ok

INSERT INTO zoned DEFAULT VALUES RETURNING a, b;
----
a | b
2020-01-01 12:00:00+00 | 21:00

SET timezone = 'UTC';
----
ok

INSERT INTO zoned DEFAULT VALUES RETURNING a, b;
----
a | b
2020-01-01 12:00:00+00 | 12:00
