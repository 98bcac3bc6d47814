-- Exact decimal numbers, with as many digits as PostgreSQL gives.

CREATE TABLE n (id INTEGER PRIMARY KEY, price NUMERIC(10, 2), amount NUMERIC, whole DECIMAL(5), i INTEGER, r REAL);
----
ok

INSERT INTO n (price, amount, whole, i, r) VALUES (19.9, 1.50, 12.5, 1, 0.1), ('-0.005', '123456789012345678901234567890.123', -12.5, 2, 0.5), (1, 12345678901234567890123, 7, 3, 1e3), (NULL, NULL, NULL, NULL, NULL);
----
ok, 4 rows

SELECT * FROM n ORDER BY id;
----
id | price | amount | whole | i | r
1 | 19.90 | 1.50 | 13 | 1 | 0.1
2 | -0.01 | 123456789012345678901234567890.123 | -13 | 2 | 0.5
3 | 1.00 | 12345678901234567890123 | 7 | 3 | 1000.0
4 | NULL | NULL | NULL | NULL | NULL

INSERT INTO n (price) VALUES (99999999.995);
----
error 22003 at 1:31: NUMERIC(10,2) out of range

INSERT INTO n (whole) VALUES (100000);
----
error 22003 at 1:31: NUMERIC(5,0) out of range

INSERT INTO n (amount) VALUES ('1.2.3');
----
error 22P02 at 1:32: invalid input for type NUMERIC: "1.2.3"

INSERT INTO n (amount) VALUES ('NaN');
----
error 22003 at 1:32: NUMERIC is never NaN

INSERT INTO n (i) VALUES (1.5::NUMERIC);
----
error 22003 at 1:27: 1.5 is not exact as INTEGER
hint: CAST rounds it

INSERT INTO n (i) VALUES (2.0::NUMERIC) RETURNING i;
----
i
2

CREATE TABLE bad (a NUMERIC(2000));
----
error 22023 at 1:19: NUMERIC has 1 to 1000 digits, not 2000

-- Digits of results.

SELECT 1.50::NUMERIC + 1, 1.50::NUMERIC * 0.25, 1::NUMERIC / 3, 10::NUMERIC / 4, -7.5::NUMERIC % 2, 2::NUMERIC ^ 10, 2::NUMERIC ^ 0.5;
----
column1 | column2 | column3 | column4 | column5 | power | power
2.50 | 0.3750 | 0.33333333333333333333 | 2.5000000000000000 | -1.5 | 1024.0000000000000 | 1.4142135623730950

SELECT 0.1::NUMERIC + 0.2 = 0.3, 0.1 + 0.2 = 0.3, 0.1::NUMERIC + r FROM n WHERE id = 1;
----
column1 | column2 | column3
true | false | 0.2

SELECT 1::NUMERIC / 0;
----
error 22012 at 1:8: division by zero

SELECT 12345678901234567890 + 1, -9223372036854775809;
----
column1 | column2
12345678901234567891 | -9223372036854775809

SELECT round(2.5::NUMERIC), round(-2.445::NUMERIC, 2), trunc(2.999::NUMERIC, 1), ceil(1.1::NUMERIC), floor(-1.1::NUMERIC), abs(-1.50::NUMERIC), sign(-2.5::NUMERIC), mod(7.5::NUMERIC, 2), div(7.5::NUMERIC, 2);
----
round | round | trunc | ceil | floor | abs | sign | mod | div
3 | -2.45 | 2.9 | 2 | -2 | 1.50 | -1 | 1.5 | 3

SELECT sqrt(2::NUMERIC), exp(1::NUMERIC), ln(2::NUMERIC), log(100::NUMERIC), log(2::NUMERIC, 8), power(2::NUMERIC, -2);
----
sqrt | exp | ln | log | log | power
1.414213562373095 | 2.7182818284590452 | 0.6931471805599453 | 2.0000000000000000 | 3.0000000000000000 | 0.2500000000000000

SELECT scale(1.500::NUMERIC), min_scale(1.500::NUMERIC), trim_scale(1.500::NUMERIC);
----
scale | min_scale | trim_scale
3 | 1 | 1.5

SELECT sqrt(-1::NUMERIC);
----
error 22023 at 1:8: the argument of sqrt is outside its domain

-- Casts.

SELECT CAST(2.5::NUMERIC AS INTEGER), CAST(-2.5::NUMERIC AS INTEGER), CAST(0.1 AS NUMERIC), CAST('1e-3' AS NUMERIC), CAST(1.005::NUMERIC AS REAL), CAST(1.50::NUMERIC AS TEXT), CAST(123.456 AS NUMERIC(4, 1)), 1234::NUMERIC(4, -2);
----
column1 | column2 | column3 | column4 | column5 | column6 | column7 | column8
3 | -3 | 0.1 | 0.001 | 1.005 | 1.50 | 123.5 | 1200

SELECT CAST(123.456 AS NUMERIC(4, 2));
----
error 22003 at 1:13: NUMERIC(4,2) out of range

SELECT CAST(1e30::NUMERIC AS INTEGER);
----
error 22003 at 1:13: INTEGER value out of range

-- Comparisons are exact, whatever the kinds of number.

SELECT 0.5::NUMERIC = 0.5::REAL, 0.1::NUMERIC = 0.1::REAL, 0.1::NUMERIC < 0.1::REAL, 9007199254740993::NUMERIC = 9007199254740992::REAL, 1.0::NUMERIC = 1, 1.50::NUMERIC = 1.5::NUMERIC;
----
column1 | column2 | column3 | column4 | column5 | column6
true | false | true | false | true | true

SELECT id FROM n WHERE amount = 1.5;
----
id
1

SELECT id FROM n WHERE price BETWEEN 0 AND 19.90;
----
id
1
3

SELECT a.id, b.id FROM n a JOIN n b ON a.price = b.i;
----
id | id
3 | 1

-- Indexes.

CREATE UNIQUE INDEX n_any ON n (amount);
----
ok

INSERT INTO n (amount) VALUES (1.5000);
----
error 23505: duplicate key value violates unique constraint "n_any": key (amount)=(1.5) already exists

CREATE INDEX n_i ON n (i);
----
ok

CREATE INDEX n_r ON n (r);
----
ok

EXPLAIN SELECT id FROM n WHERE amount = 1.5;
----
QUERY PLAN
IndexOnlyScan on n using n_any  (rows=1)
  Index Cond: amount = 1.5

SELECT id FROM n WHERE amount > 1 ORDER BY amount;
----
id
1
3
2

SELECT id FROM n WHERE amount = 1.5 AND amount <> 2;
----
id
1

SELECT id FROM n WHERE i < 2.5::NUMERIC ORDER BY id;
----
id
1
2
5

SELECT id FROM n WHERE r <= 0.5::NUMERIC ORDER BY id;
----
id
1
2

CREATE TABLE k (a NUMERIC PRIMARY KEY);
----
ok

INSERT INTO k VALUES (-1.5), (0), (1e10), (-1e10), (0.001), (-0.001), (12), (1.2), (120);
----
ok, 9 rows

SELECT a FROM k ORDER BY a;
----
a
-10000000000
-1.5
-0.001
0
0.001
1.2
12
120
10000000000

-- Aggregates.

SELECT sum(price), avg(price), min(amount), max(amount), count(DISTINCT price) FROM n;
----
sum | avg | min | max | count
20.89 | 6.9633333333333333 | 1.50 | 123456789012345678901234567890.123 | 3

SELECT sum(a), avg(a), stddev(a), variance(a), var_pop(a) FROM (VALUES (1.5::NUMERIC), (2.5), (4)) AS v (a);
----
sum | avg | stddev | variance | var_pop
8.0 | 2.6666666666666667 | 1.2583057392117916 | 1.5833333333333333 | 1.05555555555555555556

SELECT a, count(*) FROM (VALUES (1.0::NUMERIC), (1.00), (1), (2)) AS v (a) GROUP BY a ORDER BY a;
----
a | count
1.0 | 3
2 | 1

SELECT id, sum(price) OVER (ORDER BY id) FROM n ORDER BY id LIMIT 3;
----
id | sum
1 | 19.90
2 | 19.89
3 | 20.89

SELECT coalesce(price, 0), greatest(price, 5), CASE WHEN id = 1 THEN price ELSE 1.125 END, typeof(price), quote(amount) FROM n WHERE id = 1;
----
coalesce | greatest | case | typeof | quote
19.90 | 19.90 | 19.90 | numeric | 1.50

SELECT 1.5::NUMERIC UNION ALL SELECT 2 UNION ALL SELECT 2.5;
----
column1
1.5
2
2.5

CREATE TABLE c (a NUMERIC(6, 2) DEFAULT 9.99 CHECK (a < 1000.50::NUMERIC), b NUMERIC GENERATED ALWAYS AS (a * 2) STORED);
----
ok

INSERT INTO c DEFAULT VALUES RETURNING *;
----
a | b
9.99 | 19.98

INSERT INTO c (a) VALUES (1000.50);
----
error 23514: a row of table "c" violates check constraint "c_a_check"

UPDATE c SET a = a * 1.075 RETURNING *;
----
a | b
10.74 | 21.48

SELECT 2 ^ 3, 2 ^ 3 * 2, 4 ^ 0.5;
----
power | column2 | power
8.0 | 16.0 | 2.0

SELECT to_char(1234.5::NUMERIC, 'FM9,999.00'), to_char(-485, '999PR'), to_char(0.1, '0.99'), to_char(485, 'FMRN');
----
to_char | to_char | to_char | to_char
1,234.50 | <485> |  0.10 | CDLXXXV

-- A view computes as its query does.
CREATE VIEW doubled AS SELECT id, price * 1.5 AS x, price = 19.9 AS is_it FROM n;
----
ok

SELECT x, is_it, typeof(x) FROM doubled WHERE id = 1;
----
x | is_it | typeof
29.850 | true | numeric
