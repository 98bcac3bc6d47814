-- ANALYZE: statistics, what tells them, and plans that change with them.

PRAGMA auto_analyze = off;
----
ok

CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT, customer INTEGER, amount NUMERIC(10, 2), note TEXT);
----
ok

INSERT INTO orders
  SELECT n, CASE WHEN n % 100 = 0 THEN 'open' WHEN n % 100 = 1 THEN 'lost' ELSE 'done' END,
         n % 50, n % 400 / 4.0, CASE WHEN n % 4 = 0 THEN 'note ' || n END
  FROM generate_series(1, 2000) AS g (n);
----
ok, 2000 rows

CREATE INDEX orders_status ON orders (status);
----
ok

CREATE INDEX orders_customer_status ON orders (customer, status);
----
ok

-- Nothing is known: any value is taken for a rare one.

EXPLAIN SELECT * FROM orders WHERE status = 'done';
----
QUERY PLAN
IndexScan on orders using orders_status  (rows=20)
  Index Cond: status = 'done'

EXPLAIN SELECT * FROM orders WHERE status = 'open';
----
QUERY PLAN
IndexScan on orders using orders_status  (rows=20)
  Index Cond: status = 'open'

SELECT count(*) FROM pg_stats;
----
count
0

ANALYZE orders;
----
ok

-- A value that most rows have is not looked up, a rare one is.

EXPLAIN SELECT * FROM orders WHERE status = 'done';
----
QUERY PLAN
SeqScan on orders  (rows=1960)
  Filter: status = 'done'

EXPLAIN SELECT * FROM orders WHERE status = 'open';
----
QUERY PLAN
IndexScan on orders using orders_status  (rows=20)
  Index Cond: status = 'open'

EXPLAIN SELECT * FROM orders WHERE status = 'never';
----
QUERY PLAN
IndexScan on orders using orders_status  (rows=1)
  Index Cond: status = 'never'

EXPLAIN SELECT * FROM orders WHERE status IN ('open', 'lost');
----
QUERY PLAN
IndexScan on orders using orders_status  (rows=40)
  Index Cond: status IN ('open', 'lost')

EXPLAIN SELECT * FROM orders WHERE status <> 'done';
----
QUERY PLAN
SeqScan on orders  (rows=40)
  Filter: status <> 'done'

-- Ranges, nulls, patterns.

EXPLAIN SELECT * FROM orders WHERE id < 200;
----
QUERY PLAN
PkRangeScan on orders  (rows=200)
  Range: id < 200

EXPLAIN SELECT * FROM orders WHERE id > 500 AND id <= 600;
----
QUERY PLAN
PkRangeScan on orders  (rows=100)
  Range: id > 500 AND id <= 600

EXPLAIN SELECT * FROM orders WHERE id BETWEEN 1901 AND 2000;
----
QUERY PLAN
PkRangeScan on orders  (rows=99)
  Range: id >= 1901 AND id <= 2000

EXPLAIN SELECT * FROM orders WHERE amount >= 75;
----
QUERY PLAN
SeqScan on orders  (rows=495)
  Filter: amount >= 75

EXPLAIN SELECT * FROM orders WHERE amount NOT BETWEEN 10 AND 90;
----
QUERY PLAN
SeqScan on orders  (rows=400)
  Filter: amount NOT BETWEEN 10 AND 90

EXPLAIN SELECT * FROM orders WHERE note IS NULL;
----
QUERY PLAN
SeqScan on orders  (rows=1500)
  Filter: note IS NULL

EXPLAIN SELECT * FROM orders WHERE note IS NOT NULL AND note > 'note 5';
----
QUERY PLAN
SeqScan on orders  (rows=136)
  Filter: note IS NOT NULL AND note > 'note 5'

EXPLAIN SELECT * FROM orders WHERE note LIKE 'note 19%';
----
QUERY PLAN
SeqScan on orders  (rows=23)
  Filter: note LIKE 'note 19%'

EXPLAIN SELECT * FROM orders WHERE note LIKE '%00';
----
QUERY PLAN
SeqScan on orders  (rows=20)
  Filter: note LIKE '%00'

EXPLAIN SELECT * FROM orders WHERE note NOT LIKE 'note%';
----
QUERY PLAN
SeqScan on orders  (rows=1)
  Filter: note NOT LIKE 'note%'

EXPLAIN SELECT * FROM orders WHERE status = 'open' OR note IS NULL;
----
QUERY PLAN
SeqScan on orders  (rows=1505)
  Filter: status = 'open' OR note IS NULL

EXPLAIN SELECT * FROM orders WHERE NOT (status = 'open');
----
QUERY PLAN
SeqScan on orders  (rows=1980)
  Filter: NOT status = 'open'

EXPLAIN SELECT * FROM orders WHERE customer = ANY (ARRAY[1, 2, 3]);
----
QUERY PLAN
IndexScan on orders using orders_customer_status  (rows=120)
  Index Cond: customer IN (1, 2, 3)

-- Columns that an index has together: the customer tells the status.

EXPLAIN SELECT * FROM orders WHERE customer = 0 AND status = 'open';
----
QUERY PLAN
IndexScan on orders using orders_status  (rows=38)
  Index Cond: status = 'open'
  Filter: customer = 0

-- Groups.

EXPLAIN SELECT status, count(*) FROM orders GROUP BY status;
----
QUERY PLAN
HashAggregate  (rows=3)
  Group Key: status
  Aggregates: count(*)
  ->  SeqScan on orders  (rows=2000)

EXPLAIN SELECT DISTINCT customer, status FROM orders;
----
QUERY PLAN
HashAggregate  (rows=52)
  Group Key: customer, status
  ->  Project  (rows=2000)
        Output: customer, status
        ->  SeqScan on orders  (rows=2000)

EXPLAIN SELECT id % 10, count(*) FROM orders GROUP BY id % 10;
----
QUERY PLAN
HashAggregate  (rows=200)
  Group Key: id % 10
  Aggregates: count(*)
  ->  SeqScan on orders  (rows=2000)

EXPLAIN SELECT customer % 10, count(*) FROM orders GROUP BY customer % 10;
----
QUERY PLAN
HashAggregate  (rows=50)
  Group Key: customer % 10
  Aggregates: count(*)
  ->  SeqScan on orders  (rows=2000)

EXPLAIN SELECT customer, count(*) FROM orders GROUP BY customer HAVING customer > 45;
----
QUERY PLAN
HashAggregate  (rows=50)
  Group Key: customer
  Aggregates: count(*)
  ->  IndexOnlyScan on orders using orders_customer_status  (rows=160)
        Index Cond: customer > 45

-- What was found.

SELECT attname, null_frac, avg_width, n_distinct, most_common_vals, most_common_freqs
  FROM pg_stats WHERE tablename = 'orders' AND attname IN ('id', 'status', 'note');
----
attname | null_frac | avg_width | n_distinct | most_common_vals | most_common_freqs
id | 0.0 | 8 | -1.0 | NULL | NULL
status | 0.0 | 4 | 3.0 | {done,lost,open} | {0.98,0.01,0.01}
note | 0.75 | 8 | -0.25 | NULL | NULL

SELECT attname, cardinality(most_common_vals), histogram_bounds[1], histogram_bounds[2], cardinality(histogram_bounds)
  FROM pg_stats WHERE tablename = 'orders';
----
attname | cardinality | histogram_bounds | histogram_bounds | cardinality
id | NULL | 1 | 20 | 101
status | 3 | NULL | NULL | NULL
customer | 50 | NULL | NULL | NULL
amount | NULL | 0.00 | 0.75 | 101
note | NULL | note 100 | note 1012 | 101

SELECT * FROM sqlite_stat1;
----
tbl | idx | stat
orders | orders_status | 2000 667
orders | orders_customer_status | 2000 40 39

-- The order of joins: few rows of the one table, found by what is known of their values.

CREATE TABLE customers (id INTEGER PRIMARY KEY, nation INTEGER, name TEXT);
----
ok

INSERT INTO customers SELECT n, CASE WHEN n < 48 THEN 1 ELSE n END, 'customer ' || n FROM generate_series(0, 49) AS g (n);
----
ok, 50 rows

CREATE TABLE nations (id INTEGER PRIMARY KEY, name TEXT);
----
ok

INSERT INTO nations SELECT n, 'nation ' || n FROM generate_series(1, 60) AS g (n);
----
ok, 60 rows

CREATE INDEX orders_customer ON orders (customer);
----
ok

EXPLAIN SELECT count(*) FROM orders o, customers c, nations n
  WHERE o.customer = c.id AND c.nation = n.id AND n.name = 'nation 48';
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: count(*)
  ->  HashJoin  (rows=2000)
        Hash Cond: o.customer = c.id
        ->  SeqScan on orders o  (rows=2000)
        ->  HashJoin  (rows=1000)
              Hash Cond: c.nation = n.id
              ->  SeqScan on customers c  (rows=1000)
              ->  SeqScan on nations n  (rows=10)
                    Filter: n.name = 'nation 48'

ANALYZE;
----
ok

EXPLAIN SELECT count(*) FROM orders o, customers c, nations n
  WHERE o.customer = c.id AND c.nation = n.id AND n.name = 'nation 48';
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: count(*)
  ->  LookupJoin with orders o using orders_customer  (rows=40)
        Lookup: (o.customer) = (c.id)
        ->  HashJoin  (rows=1)
              Hash Cond: c.nation = n.id
              ->  SeqScan on customers c  (rows=50)
              ->  SeqScan on nations n  (rows=1)
                    Filter: n.name = 'nation 48'

EXPLAIN SELECT count(*) FROM orders o, customers c WHERE o.customer = c.id AND c.nation = 1;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: count(*)
  ->  LookupJoin with orders o using orders_customer  (rows=1920)
        Lookup: (o.customer) = (c.id)
        ->  SeqScan on customers c  (rows=48)
              Filter: c.nation = 1

EXPLAIN SELECT count(*) FROM orders o, customers c WHERE o.customer = c.id AND c.nation = 48;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: count(*)
  ->  LookupJoin with orders o using orders_customer  (rows=40)
        Lookup: (o.customer) = (c.id)
        ->  SeqScan on customers c  (rows=1)
              Filter: c.nation = 48

SELECT count(*) FROM orders o, customers c, nations n
  WHERE o.customer = c.id AND c.nation = n.id AND n.name = 'nation 48';
----
count
40

-- An index of an expression, and one of some rows.

CREATE INDEX orders_lower ON orders (lower(note)) WHERE note IS NOT NULL;
----
ok

EXPLAIN SELECT * FROM orders WHERE lower(note) = 'note 8' AND note IS NOT NULL;
----
QUERY PLAN
IndexScan on orders using orders_lower  (rows=5)
  Index Cond: (lower(note)) = 'note 8'

ANALYZE orders (note);
----
ok

EXPLAIN SELECT * FROM orders WHERE lower(note) = 'note 8' AND note IS NOT NULL;
----
QUERY PLAN
IndexScan on orders using orders_lower  (rows=1)
  Index Cond: (lower(note)) = 'note 8'

-- Other types.

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
----
ok

CREATE TABLE kinds (m mood, b BLOB, d DATE, a INTEGER[], v VECTOR(3), f BOOLEAN, empty TEXT);
----
ok

INSERT INTO kinds
  SELECT CASE n % 3 WHEN 0 THEN 'sad' ELSE 'happy' END::mood, CASE WHEN n % 2 = 0 THEN X'00ff' END,
         DATE '2026-01-01' + n, ARRAY[n % 2, 7], '[1,2,3]'::VECTOR(3), n % 10 = 0, NULL
  FROM generate_series(1, 60) AS g (n);
----
ok, 60 rows

ANALYZE kinds;
----
ok

SELECT attname, null_frac, n_distinct, most_common_vals, cardinality(histogram_bounds) FROM pg_stats WHERE tablename = 'kinds' AND attname <> 'd';
----
attname | null_frac | n_distinct | most_common_vals | cardinality
m | 0.0 | 2.0 | {happy,sad} | NULL
b | 0.5 | 1.0 | {"\\x00ff"} | NULL
a | 0.0 | 2.0 | {"{0,7}","{1,7}"} | NULL
v | 0.0 | 0.0 | NULL | NULL
f | 0.0 | 2.0 | {false,true} | NULL
empty | 1.0 | 0.0 | NULL | NULL

EXPLAIN SELECT * FROM kinds WHERE m = 'happy';
----
QUERY PLAN
SeqScan on kinds  (rows=40)
  Filter: m = 'happy'

EXPLAIN SELECT * FROM kinds WHERE f;
----
QUERY PLAN
SeqScan on kinds  (rows=6)
  Filter: f

EXPLAIN SELECT * FROM kinds WHERE NOT f AND d >= '2026-02-01';
----
QUERY PLAN
SeqScan on kinds  (rows=27)
  Filter: NOT f AND d >= DATE '2026-02-01'

ALTER TYPE mood ADD VALUE 'glad' AFTER 'ok';
----
ok

ALTER TYPE mood RENAME VALUE 'happy' TO 'merry';
----
ok

SELECT most_common_vals FROM pg_stats WHERE tablename = 'kinds' AND attname = 'm';
----
most_common_vals
{merry,sad}

-- Statistics follow their columns, and go with them.

ALTER TABLE kinds DROP COLUMN b;
----
ok

ALTER TABLE kinds RENAME COLUMN m TO feeling;
----
ok

ALTER TABLE kinds RENAME TO sorts;
----
ok

ALTER TABLE sorts ALTER COLUMN a TYPE TEXT;
----
ok

SELECT attname, n_distinct FROM pg_stats WHERE tablename = 'sorts';
----
attname | n_distinct
feeling | 2.0
d | -1.0
v | 0.0
f | 2.0
empty | 0.0

DROP INDEX orders_customer_status;
----
ok

SELECT * FROM sqlite_stat1 WHERE tbl = 'orders';
----
tbl | idx | stat
orders | orders_status | 2000 667
orders | orders_customer | 2000 40
orders | orders_lower | 2000 1

DROP TABLE sorts;
----
ok

SELECT count(*) FROM pg_stats WHERE tablename = 'sorts';
----
count
0

-- They are part of a transaction.

BEGIN;
----
ok

ALTER TABLE orders ADD COLUMN extra INTEGER DEFAULT 5;
----
ok

ANALYZE orders;
----
ok

SELECT most_common_vals FROM pg_stats WHERE attname = 'extra';
----
most_common_vals
{5}

ROLLBACK;
----
ok

SELECT count(*) FROM pg_stats WHERE attname = 'extra';
----
count
0

reopen
SELECT n_distinct FROM pg_stats WHERE tablename = 'orders' AND attname = 'status';
----
n_distinct
3.0

EXPLAIN SELECT * FROM orders WHERE status = 'done';
----
QUERY PLAN
SeqScan on orders  (rows=1960)
  Filter: status = 'done'

-- A plan is right however old its statistics are.

DELETE FROM orders WHERE status = 'done';
----
ok, 1960 rows

INSERT INTO orders SELECT n, 'never', n, n, NULL FROM generate_series(5001, 5400) AS g (n);
----
ok, 400 rows

SELECT count(*) FROM orders WHERE status = 'done';
----
count
0

SELECT count(*), min(id), max(id) FROM orders WHERE status = 'never' AND id > 5000;
----
count | min | max
400 | 5001 | 5400

SELECT count(*) FROM orders o JOIN customers c ON o.customer = c.id WHERE o.status = 'open';
----
count
20

-- PRAGMA optimize looks at what has changed much, and at what was never looked at.

CREATE TABLE fresh AS SELECT n AS a FROM generate_series(1, 10) AS g (n);
----
ok

CREATE TABLE vacant (a INTEGER);
----
ok

PRAGMA optimize;
----
ok

SELECT DISTINCT tablename FROM pg_stats ORDER BY tablename;
----
tablename
customers
fresh
nations
orders

SELECT most_common_vals FROM pg_stats WHERE tablename = 'orders' AND attname = 'status';
----
most_common_vals
{lost,open}

PRAGMA auto_analyze;
----
auto_analyze
1

PRAGMA auto_analyze = off;
----
ok

PRAGMA auto_analyze;
----
auto_analyze
0

-- What is refused.

CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = 'open';
----
ok

ANALYZE nosuch;
----
error 42P01 at 1:9: table "nosuch" does not exist

ANALYZE open_orders;
----
error 42809 at 1:9: "open_orders" is a view, not a table

ANALYZE orders_status;
----
error 42809 at 1:9: "orders_status" is an index, not a table
hint: ANALYZE orders looks at its indexes too

ANALYZE orders (nosuch);
----
error 42703 at 1:17: column "nosuch" of table "orders" does not exist

ANALYZE orders (note, ammount);
----
error 42703 at 1:23: column "ammount" of table "orders" does not exist
hint: did you mean "amount"?

ANALYZE orders, customers, orders;
----
error 42710 at 1:28: table "orders" is named twice

ANALYZE main.orders, public.customers (nation);
----
ok

ANALYZE orders (;
----
error 42601 at 1:17: syntax error: expected the name of a column

ANALYZE orders note;
----
error 42601 at 1:16: syntax error: expected the end of the statement, found note

ANALYZE VERBOSE orders;
----
error 0A000 at 1:9: ANALYZE VERBOSE is not supported

ANALYZE (VERBOSE) orders;
----
error 0A000 at 1:9: ANALYZE (VERBOSE) is not supported

ANALYZE 5;
----
error 42601 at 1:9: syntax error: expected the name of a table, found 5

PRAGMA optimize = 3;
----
error 0A000 at 1:19: a mask of PRAGMA optimize is not supported

PRAGMA auto_analyze = maybe;
----
error 22023 at 1:23: "maybe" is neither on nor off

INSERT INTO pg_stats (tablename) VALUES ('x');
----
error 42P01 at 1:13: table "pg_stats" does not exist

BEGIN READ ONLY;
----
ok

ANALYZE orders;
----
error 25006: cannot write in a read-only transaction

COMMIT;
----
ok
