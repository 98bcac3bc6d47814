-- Ten questions of a wholesaler, in the manner of TPC-H, over data that the script makes itself. All of it is in the subset that SQLite
-- understands: `tests/tests/tpch.rs` runs the same statements there and compares the rows.

CREATE TABLE region (r_id INTEGER PRIMARY KEY, r_name TEXT NOT NULL);
----
ok

CREATE TABLE nation (n_id INTEGER PRIMARY KEY, n_name TEXT NOT NULL, n_region INTEGER NOT NULL REFERENCES region (r_id));
----
ok

CREATE TABLE supplier (s_id INTEGER PRIMARY KEY, s_name TEXT NOT NULL, s_nation INTEGER NOT NULL REFERENCES nation (n_id), s_balance NUMERIC(12, 2));
----
ok

CREATE TABLE customer (c_id INTEGER PRIMARY KEY, c_name TEXT NOT NULL, c_nation INTEGER NOT NULL REFERENCES nation (n_id), c_phone TEXT, c_balance NUMERIC(12, 2), c_segment TEXT);
----
ok

CREATE TABLE part (p_id INTEGER PRIMARY KEY, p_name TEXT, p_brand TEXT, p_type TEXT, p_size INTEGER, p_box TEXT);
----
ok

CREATE TABLE partsupp (ps_part INTEGER NOT NULL, ps_supplier INTEGER NOT NULL, ps_qty INTEGER, ps_cost NUMERIC(12, 2), PRIMARY KEY (ps_part, ps_supplier));
----
ok

CREATE TABLE orders (o_id INTEGER PRIMARY KEY, o_customer INTEGER NOT NULL REFERENCES customer (c_id), o_date TEXT, o_priority TEXT, o_comment TEXT);
----
ok

CREATE TABLE lineitem (l_order INTEGER NOT NULL, l_line INTEGER NOT NULL, l_part INTEGER, l_supplier INTEGER, l_qty INTEGER, l_price NUMERIC(12, 2),
  l_discount NUMERIC(4, 2), l_tax NUMERIC(4, 2), l_flag TEXT, l_status TEXT, l_ship TEXT, l_commit TEXT, l_receipt TEXT, l_mode TEXT, PRIMARY KEY (l_order, l_line));
----
ok

INSERT INTO region VALUES (0, 'NORTH'), (1, 'EAST'), (2, 'SOUTH'), (3, 'WEST'), (4, 'MIDDLE');
----
ok, 5 rows

INSERT INTO nation WITH RECURSIVE g (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < 24)
  SELECT n, 'NATION ' || n, n % 5 FROM g;
----
ok, 25 rows

INSERT INTO supplier WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < 20)
  SELECT n, 'Supplier ' || n, n * 7 % 25, (n * 7919 % 11000 - 1000) / 2.0 FROM g;
----
ok, 20 rows

INSERT INTO customer WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < 90)
  SELECT n, 'Customer ' || n, n * 11 % 25, (10 + n * 11 % 25) || '-' || (100 + n * 37 % 900), (n * 6151 % 9000 - 800) / 4.0,
         CASE n % 5 WHEN 0 THEN 'BUILDING' WHEN 1 THEN 'MACHINES' WHEN 2 THEN 'HOUSEHOLD' WHEN 3 THEN 'FURNITURE' ELSE 'AUTOMOBILES' END FROM g;
----
ok, 90 rows

INSERT INTO part WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < 80)
  SELECT n, CASE n % 7 WHEN 0 THEN 'green' WHEN 1 THEN 'red' WHEN 2 THEN 'forest' ELSE 'grey' END || ' part ' || n, 'Brand ' || (1 + n % 4) || (1 + n * 3 % 5),
         CASE n % 6 WHEN 0 THEN 'PROMO' WHEN 1 THEN 'SMALL' WHEN 2 THEN 'MEDIUM' WHEN 3 THEN 'LARGE' ELSE 'ECONOMY' END || CASE n % 3 WHEN 0 THEN ' BRASS' WHEN 1 THEN ' STEEL' ELSE ' TIN' END,
         1 + n * 13 % 50, CASE n % 4 WHEN 0 THEN 'SM CASE' WHEN 1 THEN 'MED BOX' WHEN 2 THEN 'LG BOX' ELSE 'JUMBO BAG' END FROM g;
----
ok, 80 rows

INSERT INTO partsupp WITH RECURSIVE g (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < 239)
  SELECT 1 + n / 3, 1 + (n / 3 * 3 + n % 3 * 7) % 20, n * 557 % 1000, (100 + n * 331 % 900) / 4.0 FROM g;
----
ok, 240 rows

INSERT INTO orders WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < 400)
  SELECT n, 1 + n * 17 % 60, (1992 + n % 7) || '-0' || (1 + n * 5 % 9) || '-' || (10 + n * 3 % 19),
         CASE n % 5 WHEN 0 THEN '1-URGENT' WHEN 1 THEN '2-HIGH' WHEN 2 THEN '3-MEDIUM' WHEN 3 THEN '4-NONE' ELSE '5-LOW' END,
         CASE WHEN n % 8 = 0 THEN 'with special requests' ELSE 'as usual' END FROM g;
----
ok, 400 rows

INSERT INTO lineitem WITH RECURSIVE g (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < 1399)
  SELECT 1 + n * 3 % 400, 1 + n / 400, 1 + n * 7 % 80, 1 + ((n * 7 % 80) * 3 + n % 3 * 7) % 20, 1 + n * 31 % 50, (1000 + n * 617 % 90000) / 4.0,
         n % 11 / 100.0, n % 9 / 100.0, CASE WHEN n % 4 = 0 THEN 'R' WHEN n % 4 = 1 THEN 'A' ELSE 'N' END, CASE WHEN n % 3 = 0 THEN 'F' ELSE 'O' END,
         (1992 + n % 7) || '-0' || (1 + n * 5 % 9) || '-' || (10 + n % 19), (1992 + n % 7) || '-0' || (1 + n * 5 % 9) || '-' || (10 + n * 2 % 19),
         (1992 + n % 7) || '-0' || (1 + n * 5 % 9) || '-' || (11 + n * 5 % 18),
         CASE n % 7 WHEN 0 THEN 'MAIL' WHEN 1 THEN 'SHIP' WHEN 2 THEN 'RAIL' WHEN 3 THEN 'AIR' WHEN 4 THEN 'AIR REG' ELSE 'TRUCK' END FROM g;
----
ok, 1400 rows

CREATE INDEX orders_customer ON orders (o_customer);
----
ok

CREATE INDEX lineitem_part ON lineitem (l_part, l_supplier);
----
ok

CREATE INDEX lineitem_ship ON lineitem (l_ship);
----
ok

ANALYZE;
----
ok

-- 1: what was shipped until then, by flag and status.

SELECT l_flag, l_status, sum(l_qty) AS qty, sum(l_price) AS base, sum(l_price * (1 - l_discount)) AS discounted,
       sum(l_price * (1 - l_discount) * (1 + l_tax)) AS charged, avg(l_qty) AS mean_qty, avg(l_discount) AS mean_discount, count(*) AS lines
  FROM lineitem WHERE l_ship <= '1998-06-01' GROUP BY l_flag, l_status ORDER BY l_flag, l_status;
----
l_flag | l_status | qty | base | discounted | charged | mean_qty | mean_discount | lines
A | F | 2860 | 1253460.75 | 1190796.3525 | 1227069.674025 | 25.765765765765767 | 0.05000000000000000000 | 111
A | O | 5660 | 2447150.25 | 2322962.8450 | 2423682.880200 | 26.08294930875576 | 0.05004608294930875576 | 217
N | F | 5684 | 2463744.25 | 2340428.9425 | 2411075.224600 | 25.48878923766816 | 0.04991031390134529148 | 223
N | O | 11154 | 4867961.75 | 4630537.1500 | 4842921.480525 | 25.759815242494227 | 0.04898383371824480370 | 433
R | F | 2745 | 1251147.00 | 1189307.1400 | 1223367.488800 | 24.72972972972973 | 0.04963963963963963964 | 111
R | O | 5441 | 2415817.00 | 2291040.5000 | 2394589.560000 | 25.07373271889401 | 0.05170506912442396313 | 217

-- 3: the ten orders of a segment with the most revenue that was not shipped yet.

SELECT l_order, sum(l_price * (1 - l_discount)) AS revenue, o_date
  FROM customer, orders, lineitem
  WHERE c_segment = 'BUILDING' AND c_id = o_customer AND l_order = o_id AND o_date < '1995-03-15' AND l_ship > '1995-03-15'
  GROUP BY l_order, o_date ORDER BY revenue DESC, o_date, l_order LIMIT 10;
----
l_order | revenue | o_date
112 | 48037.7350 | 1992-03-23
217 | 41892.8000 | 1992-06-15
177 | 38041.4800 | 1994-04-28
72 | 37012.3525 | 1994-01-17
322 | 35630.0375 | 1992-09-26
387 | 34814.7050 | 1994-01-12
7 | 32024.3850 | 1992-09-12
352 | 29513.6925 | 1994-06-21
92 | 28057.0300 | 1993-02-20
182 | 27400.4225 | 1992-02-24

-- 4: orders of a quarter that came too late, by priority.

SELECT o_priority, count(*) AS late FROM orders
  WHERE o_date >= '1993-01-01' AND o_date < '1993-07-01'
    AND EXISTS (SELECT 1 FROM lineitem WHERE l_order = o_id AND l_commit < l_receipt)
  GROUP BY o_priority ORDER BY o_priority;
----
o_priority | late
1-URGENT | 3
2-HIGH | 9
3-MEDIUM | 7
4-NONE | 7
5-LOW | 4

-- 5: revenue within a region, of customers and suppliers of one nation.

SELECT n_name, sum(l_price * (1 - l_discount)) AS revenue
  FROM customer, orders, lineitem, supplier, nation, region
  WHERE c_id = o_customer AND l_order = o_id AND l_supplier = s_id AND c_nation = s_nation AND s_nation = n_id AND n_region = r_id
    AND r_name = 'EAST'
  GROUP BY n_name ORDER BY revenue DESC, n_name;
----
n_name | revenue
NATION 6 | 92880.1325
NATION 16 | 80416.1600

-- 6: what another discount would have brought.

SELECT sum(l_price * l_discount) AS revenue, count(*) AS lines FROM lineitem
  WHERE l_ship >= '1994-01-01' AND l_ship < '1995-01-01' AND l_discount BETWEEN 0.03 AND 0.07 AND l_qty < 24;
----
revenue | lines
22948.2275 | 41

-- 10: customers who gave most back.

SELECT c_id, c_name, sum(l_price * (1 - l_discount)) AS revenue, c_balance, n_name
  FROM customer, orders, lineitem, nation
  WHERE c_id = o_customer AND l_order = o_id AND o_date >= '1993-01-01' AND o_date < '1995-01-01' AND l_flag = 'R' AND c_nation = n_id
  GROUP BY c_id, c_name, c_balance, n_name ORDER BY revenue DESC, c_id LIMIT 8;
----
c_id | c_name | revenue | c_balance | n_name
6 | Customer 6 | 97439.8700 | 26.50 | NATION 16
30 | Customer 30 | 94307.3700 | 932.50 | NATION 5
58 | Customer 58 | 90180.1000 | 1239.50 | NATION 13
54 | Customer 54 | 88095.7000 | 1838.50 | NATION 19
14 | Customer 14 | 80162.5300 | 1078.50 | NATION 4
22 | Customer 22 | 79973.9600 | -119.50 | NATION 17
42 | Customer 42 | 79171.8900 | 1385.50 | NATION 12
10 | Customer 10 | 73704.5600 | 1677.50 | NATION 10

-- 12: whether the cheaper ways of shipping delay urgent orders.

SELECT l_mode, sum(CASE WHEN o_priority IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END) AS urgent,
       sum(CASE WHEN o_priority NOT IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END) AS others
  FROM orders JOIN lineitem ON o_id = l_order
  WHERE l_mode IN ('MAIL', 'SHIP') AND l_commit < l_receipt AND l_ship < l_commit AND l_receipt >= '1993-01-01' AND l_receipt < '1997-01-01'
  GROUP BY l_mode ORDER BY l_mode;
----
l_mode | urgent | others
SHIP | 12 | 30

-- 13: how many customers have how many orders.

SELECT orders, count(*) AS customers
  FROM (SELECT c_id, count(o_id) AS orders FROM customer LEFT JOIN orders ON c_id = o_customer AND o_comment NOT LIKE '%special%requests%' GROUP BY c_id) AS q
  GROUP BY orders ORDER BY customers DESC, orders DESC;
----
orders | customers
7 | 30
0 | 30
6 | 15
3 | 10
4 | 5

-- 14: the share of what was promoted.

SELECT 100.00 * sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_price * (1 - l_discount) ELSE 0 END) / sum(l_price * (1 - l_discount)) AS share
  FROM lineitem, part WHERE l_part = p_id AND l_ship >= '1995-03-01' AND l_ship < '1995-10-01';
----
share
17.5231538700396319

-- 18: large orders.

SELECT c_name, c_id, o_id, o_date, sum(l_qty) AS qty
  FROM customer, orders, lineitem
  WHERE o_id IN (SELECT l_order FROM lineitem GROUP BY l_order HAVING sum(l_qty) > 125) AND c_id = o_customer AND o_id = l_order
  GROUP BY c_name, c_id, o_id, o_date ORDER BY qty DESC, o_date, o_id LIMIT 10;
----
c_name | c_id | o_id | o_date | qty
Customer 27 | 27 | 238 | 1992-03-21 | 200
Customer 57 | 57 | 388 | 1995-06-15 | 200
Customer 57 | 57 | 88 | 1996-09-27 | 200
Customer 7 | 7 | 138 | 1997-07-25 | 200
Customer 36 | 36 | 175 | 1992-03-22 | 196
Customer 6 | 6 | 325 | 1995-06-16 | 196
Customer 6 | 6 | 25 | 1996-09-28 | 196
Customer 16 | 16 | 75 | 1997-07-26 | 196
Customer 45 | 45 | 112 | 1992-03-23 | 192
Customer 55 | 55 | 162 | 1993-01-21 | 192

-- How two of them are answered.

EXPLAIN SELECT n_name, sum(l_price * (1 - l_discount)) AS revenue
  FROM customer, orders, lineitem, supplier, nation, region
  WHERE c_id = o_customer AND l_order = o_id AND l_supplier = s_id AND c_nation = s_nation AND s_nation = n_id AND n_region = r_id
    AND r_name = 'EAST'
  GROUP BY n_name ORDER BY revenue DESC, n_name;
----
QUERY PLAN
Sort  (rows=25)
  Sort Key: sum(lineitem.l_price * (1 - lineitem.l_discount)) DESC, nation.n_name
  ->  HashAggregate  (rows=25)
        Group Key: nation.n_name
        Aggregates: sum(lineitem.l_price * (1 - lineitem.l_discount))
        ->  HashJoin  (rows=44)
              Hash Cond: lineitem.l_order = orders.o_id AND lineitem.l_supplier = supplier.s_id
              ->  SeqScan on lineitem  (rows=1400)
              ->  LookupJoin with orders using orders_customer  (rows=252)
                    Lookup: (orders.o_customer) = (customer.c_id)
                    ->  HashJoin  (rows=57)
                          Hash Cond: customer.c_nation = supplier.s_nation
                          ->  SeqScan on customer  (rows=90)
                          ->  HashJoin  (rows=16)
                                Hash Cond: nation.n_id = supplier.s_nation
                                ->  HashJoin  (rows=20)
                                      Hash Cond: nation.n_region = region.r_id
                                      ->  SeqScan on nation  (rows=25)
                                      ->  SeqScan on region  (rows=4)
                                            Filter: region.r_name = 'EAST'
                                ->  SeqScan on supplier  (rows=20)

EXPLAIN SELECT c_name, c_id, o_id, o_date, sum(l_qty) AS qty
  FROM customer, orders, lineitem
  WHERE o_id IN (SELECT l_order FROM lineitem GROUP BY l_order HAVING sum(l_qty) > 125) AND c_id = o_customer AND o_id = l_order
  GROUP BY c_name, c_id, o_id, o_date ORDER BY qty DESC, o_date, o_id LIMIT 10;
----
QUERY PLAN
TopN  (rows=10)
  Sort Key: sum(lineitem.l_qty) DESC, orders.o_date, orders.o_id
  Limit: 10
  ->  HashAggregate  (rows=467)
        Group Key: customer.c_name, customer.c_id, orders.o_id, orders.o_date
        Aggregates: sum(lineitem.l_qty)
        ->  HashJoin  (rows=467)
              Hash Cond: lineitem.l_order = orders.o_id
              ->  SeqScan on lineitem  (rows=1400)
              ->  HashJoin  (rows=133)
                    Hash Cond: orders.o_customer = customer.c_id
                    ->  HashJoin  (rows=133)
                          Hash Cond: orders.o_id = l_order
                          ->  SeqScan on orders  (rows=400)
                          ->  HashAggregate  (rows=133)
                                Group Key: l_order
                                ->  Project  (rows=133)
                                      Output: l_order
                                      ->  Filter  (rows=133)
                                            Condition: sum(l_qty) > 125
                                            ->  HashAggregate  (rows=400)
                                                  Group Key: l_order
                                                  Aggregates: sum(l_qty)
                                                  ->  SeqScan on lineitem  (rows=1400)
                    ->  SeqScan on customer  (rows=90)
