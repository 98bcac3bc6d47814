-- Transactions: what is rolled back never was, what others see, and what a failure leaves.

CREATE TABLE t (a INTEGER PRIMARY KEY);
----
ok

BEGIN;
----
ok

INSERT INTO t VALUES (1), (2);
----
ok, 2 rows

connection b
SELECT COUNT(*) FROM t;
----
count
0

connection a
COMMIT;
----
ok

connection b
SELECT COUNT(*) FROM t;
----
count
2

BEGIN;
----
ok

INSERT INTO t VALUES (3);
----
ok, 1 row

-- A failed statement takes back itself alone.
INSERT INTO t VALUES (4), (1);
----
error 23505: duplicate key value violates unique constraint "t_pkey": key (a)=(1) already exists

SELECT a FROM t ORDER BY a;
----
a
1
2
3

ROLLBACK;
----
ok

SELECT a FROM t ORDER BY a;
----
a
1
2

BEGIN;
----
ok

CREATE TABLE u (b TEXT);
----
ok

INSERT INTO u VALUES ('x');
----
ok, 1 row

DROP TABLE t;
----
ok

SELECT a FROM t;
----
error 42P01 at 1:15: table "t" does not exist
hint: did you mean "u"?

connection a
SELECT COUNT(*) FROM t;
----
count
2

connection b
ROLLBACK;
----
ok

SELECT COUNT(*) FROM t;
----
count
2

SELECT b FROM u;
----
error 42P01 at 1:15: table "u" does not exist
hint: did you mean "t"?

COMMIT;
----
error 25P01: there is no transaction in progress

BEGIN;
----
ok

BEGIN;
----
error 25001: there is already a transaction in progress

ROLLBACK;
----
ok

BEGIN READ ONLY;
----
ok

INSERT INTO t VALUES (9);
----
error 25006: cannot write in a read-only transaction

COMMIT;
----
ok

-- A snapshot stays as it was; writing on top of an old one is refused.
BEGIN;
----
ok

SELECT COUNT(*) FROM t;
----
count
2

connection a
INSERT INTO t VALUES (50);
----
ok, 1 row

connection b
SELECT COUNT(*) FROM t;
----
count
2

INSERT INTO t VALUES (51);
----
error 40001: another connection committed since this transaction first read; it cannot write any more
hint: roll back and try again, with BEGIN IMMEDIATE if it must not happen anew

ROLLBACK;
----
ok

SELECT COUNT(*) FROM t;
----
count
3

reopen
SELECT a FROM t ORDER BY a;
----
a
1
2
50
