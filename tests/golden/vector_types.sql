-- Vectors of half floats, small integers and bits: what they hold, what they refuse, and how they are measured.

CREATE TABLE v (id INTEGER PRIMARY KEY, h VECTOR(3, f16), s VECTOR(3, i8), b VECTOR(10, bit), f VECTOR(3));
----
ok

SELECT typeof(h), typeof(b) FROM v;
----
typeof | typeof

INSERT INTO v VALUES (1, '[0.1,1,-2]', '[127,-128,0]', '1010000001', '[0.1,1,-2]'), (2, '[0,0,0]', '[1,2,3]', '[1,0,1,0,0,0,0,0,1,1]', '[3,4,0]'), (3, NULL, NULL, NULL, NULL);
----
ok, 3 rows

-- An f16 is rounded to the nearest when it is stored; what is compared with it is not.
SELECT id, h, s, b FROM v ORDER BY id;
----
id | h | s | b
1 | [0.099975586, 1, -2] | [127, -128, 0] | b'1010000001'
2 | [0, 0, 0] | [1, 2, 3] | b'1010000011'
3 | NULL | NULL | NULL

SELECT id FROM v WHERE h = '[0.1,1,-2]';
----
id

SELECT id FROM v WHERE s = '[1,2,3]' OR b = '1010000001' ORDER BY id;
----
id
1
2

-- What a component cannot be is an error, never clamped.
INSERT INTO v (h) VALUES ('[65519,0,0]');
----
ok, 1 row

DELETE FROM v WHERE id > 3;
----
ok, 1 row

INSERT INTO v (h) VALUES ('[65520,0,0]');
----
error 22003 at 1:27: component 1 of the vector is 65520: an f16 is at most 65504

INSERT INTO v (s) VALUES ('[128,0,0]');
----
error 22003 at 1:27: component 1 of the vector is 128: an i8 is a whole number from -128 to 127
hint: scale the vector

INSERT INTO v (s) VALUES ('[0.5,0,0]');
----
error 22003 at 1:27: component 1 of the vector is 0.5: an i8 is a whole number
hint: scale the vector, or CAST, which rounds

INSERT INTO v (s) SELECT f FROM v WHERE id = 1;
----
error 22003: component 1 of the vector is 0.10000000149011612: an i8 is a whole number
hint: scale the vector, or CAST, which rounds

INSERT INTO v (s) SELECT CAST(f AS VECTOR(3, i8)) FROM v WHERE id = 1;
----
ok, 1 row

SELECT s FROM v WHERE id = 4;
----
s
[0, 1, -2]

UPDATE v SET s = '[-129,0,0]' WHERE id = 4;
----
error 22003 at 1:18: component 1 of the vector is -129: an i8 is a whole number from -128 to 127
hint: scale the vector

UPDATE v SET h = f + f, s = f - f WHERE id = 2;
----
ok, 1 row

SELECT h, s FROM v WHERE id = 2;
----
h | s
[6, 8, 0] | [0, 0, 0]

DELETE FROM v WHERE id = 4;
----
ok, 1 row

INSERT INTO v (b) VALUES ('101');
----
error 22000 at 1:27: expected a vector of 10 dimensions, not 3

INSERT INTO v (b) VALUES ('[2,0,0,0,0,0,0,0,0,0]');
----
error 22003 at 1:27: component 1 of the vector is 2: a bit is 0 or 1
hint: binary_quantize(…) makes bits of a vector's signs

INSERT INTO v (b) VALUES ('10100x0001');
----
error 22P02 at 1:27: invalid input for type VECTOR: "10100x0001"
hint: a vector of bits is written as '101' or '[1, 0, 1]'

INSERT INTO v (b) VALUES (X'a040');
----
error 42804 at 1:27: column "b" is VECTOR(10, bit), the value BLOB
hint: convert it with CAST

INSERT INTO v (b) VALUES (CAST(X'a040' AS VECTOR(10, bit)));
----
ok, 1 row

INSERT INTO v (b) VALUES (CAST(X'a041' AS VECTOR(10, bit)));
----
error 22000 at 1:32: a BLOB of 2 bytes is no VECTOR(10, bit)
hint: eight bits to a byte, the first one highest, the rest 0

SELECT b, CAST(b AS BLOB), CAST(b AS TEXT), b::VECTOR(10) FROM v WHERE id = 4;
----
b | b | b | b
b'1010000001' | x'a040' | 1010000001 | [1, 0, 1, 0, 0, 0, 0, 0, 0, 1]

INSERT INTO v (b) SELECT f FROM v;
----
error 42804 at 1:26: column "b" is VECTOR(10, bit), the value VECTOR(3)
hint: convert it with CAST

INSERT INTO v (f) SELECT b FROM v;
----
error 42804 at 1:26: column "f" is VECTOR(3), the value VECTOR(10, bit)
hint: convert it with CAST

SELECT '[1,2]'::VECTOR(2, i8), '[1.5,2.5]'::VECTOR(2, i8), '[0.1,2]'::VECTOR(2, f16), '01'::VECTOR(bit);
----
column1 | column2 | column3 | column4
[1, 2] | [2, 2] | [0.099975586, 2] | b'01'

SELECT '[127.5]'::VECTOR(1, i8);
----
error 22003 at 1:8: component 1 of the vector is 128: an i8 is a whole number from -128 to 127
hint: scale the vector

SELECT '[1e30]'::VECTOR(1, f16);
----
error 22003 at 1:8: component 1 of the vector is 1.0000000150474662e30: an f16 is at most 65504

SELECT '[0.5]'::VECTOR(1, bit);
----
error 22003 at 1:8: component 1 of the vector is 0.5: a bit is 0 or 1
hint: binary_quantize(…) makes bits of a vector's signs

CREATE TABLE w (v VECTOR(3, f64));
----
error 22023 at 1:17: a VECTOR has no components of type f64
hint: they are f32 (VECTOR(n) alone), f16, i8 or bit

CREATE TABLE w (v VECTOR(0, f16));
----
error 22023 at 1:17: the dimension of a VECTOR is 1 to 65535, not 0

CREATE TABLE w (v VECTOR(bit));
----
error 42P16 at 1:17: column "v" is a VECTOR without a dimension
hint: write VECTOR(n)

-- All distances of numbers, whatever they are stored as; the vector searched for keeps its precision.
SELECT id, h <-> '[0.1,1,-2]', h <#> '[0.1,1,-2]', h <=> '[1,0,0]', h <+> '[0.1,1,-2]' FROM v WHERE id = 1;
----
id | distance | distance | distance | distance
1 | 2.4415552616119385e-5 | -5.009997367858887 | 0.9553341865539551 | 2.4415552616119385e-5

SELECT id, s <-> '[127,-128,3.5]', s <#> '[1,0,0]', s <=> '[1,0,0]', s <+> '[0,0,0]' FROM v WHERE id = 1;
----
id | distance | distance | distance | distance
1 | 3.5 | -127.0 | 0.29567161202430725 | 255.0

SELECT id, h <-> s, l1_distance(h, f), inner_product(s, '[1,1,1]') FROM v WHERE id < 3 ORDER BY id;
----
id | distance | l1_distance | inner_product
1 | 180.96578979492188 | 2.4415552616119385e-5 | -1.0
2 | 10.0 | 7.0 | 0.0

-- Bits: how many differ, and the share of those in common.
SELECT id, b <~> '1010000001', b <%> '1010000001', hamming_distance(b, b), jaccard_distance(b, '0000000000') FROM v ORDER BY id;
----
id | distance | distance | hamming_distance | jaccard_distance
1 | 0.0 | 0.0 | 0.0 | 1.0
2 | 1.0 | 0.25 | 0.0 | 1.0
3 | NULL | NULL | NULL | NULL
4 | 0.0 | 0.0 | 0.0 | 1.0

SELECT '0000'::VECTOR(4, bit) <%> '0000';
----
distance
0.0

SELECT id FROM v ORDER BY b <~> '1010000001', id LIMIT 2;
----
id
1
4

SELECT b <~> '101' FROM v;
----
error 22000 at 1:14: expected a vector of 10 dimensions, not 3

SELECT b <-> '1010000001' FROM v;
----
error 42804 at 1:8: <-> takes vectors of numbers, not VECTOR(10, bit)
hint: <~> and <%> measure vectors of bits

SELECT f <~> '[1,0,1]' FROM v;
----
error 42804 at 1:8: <~> takes vectors of bits, not VECTOR(3)
hint: binary_quantize(…) makes bits of a vector's signs

SELECT b <~> f FROM v;
----
error 42804 at 1:14: <~> takes vectors of bits, not VECTOR(3)
hint: binary_quantize(…) makes bits of a vector's signs

SELECT 1 <~ 2;
----
error 42601 at 1:10: syntax error: "<~" is no operator
hint: Hamming distance is written <~>

SELECT 1 <% 2;
----
error 42601 at 1:10: syntax error: "<%" is no operator
hint: Jaccard distance is written <%>

-- Arithmetic by component, on numbers.
SELECT f + '[1,1,1]', f - f, f * f, f || '[9]'::VECTOR(1), h + s FROM v WHERE id = 1;
----
column1 | column2 | column3 | column4 | column5
[1.1, 2, -1] | [0, 0, 0] | [0.010000001, 1, 4] | [0.1, 1, -2, 9] | [127.099976, -127, -2]

SELECT f + '[1,1]' FROM v;
----
error 22000 at 1:12: expected a vector of 3 dimensions, not 2

SELECT f / f FROM v;
----
error 42804 at 1:8: operator does not exist: VECTOR(3) / VECTOR(3)

SELECT f + 1 FROM v;
----
error 42804 at 1:8: operator does not exist: VECTOR(3) + INTEGER

SELECT b + b FROM v;
----
error 42804 at 1:8: operator does not exist: VECTOR(10, bit) + VECTOR(10, bit)

SELECT f * '[3e38,1,3e38]' FROM v WHERE id = 2;
----
error 22003 at 1:8: component 1 of the result is out of range

SELECT vector_dims(h), vector_dims(b), vector_norm(s), l2_normalize(f), binary_quantize(f), subvector(f, 2, 2) FROM v WHERE id < 3 ORDER BY id;
----
vector_dims | vector_dims | vector_norm | l2_normalize | binary_quantize | subvector
3 | 10 | 180.31361568112376 | [0.044676706, 0.44676706, -0.8935341] | b'110' | [1, -2]
3 | 10 | 0.0 | [0.6, 0.8, 0] | b'110' | [4, 0]

SELECT subvector(f, 4, 1) FROM v;
----
error 22000 at 1:8: a vector of 3 dimensions has no 1 components from 4 on

SELECT binary_quantize(b) FROM v;
----
error 42883 at 1:8: function binary_quantize(VECTOR(10, bit)) does not exist
hint: convert the arguments with CAST

SELECT sum(h), avg(s), sum(f) FROM v;
----
sum | avg | sum
[6.0999756, 9, -2] | [63.5, -64, 0] | [3.1, 5, -2]

SELECT sum(b) FROM v;
----
error 42883 at 1:12: function sum(VECTOR(10, bit)) does not exist
hint: convert the arguments with CAST

SELECT count(DISTINCT b), count(DISTINCT s) FROM v;
----
count | count
2 | 2

SELECT b, count(*) FROM v GROUP BY b ORDER BY b;
----
b | count
b'1010000001' | 2
b'1010000011' | 1
NULL | 1

SELECT max(b) FROM v;
----
error 42883 at 1:12: function max(VECTOR(10, bit)) does not exist
hint: convert the arguments with CAST

-- Defaults, and columns with trees of their own.
CREATE TABLE wide (id INTEGER PRIMARY KEY, h VECTOR(600, f16), s VECTOR(1100, i8), b VECTOR(9000, bit), d VECTOR(2, f16) DEFAULT '[0.1,2]');
----
ok

INSERT INTO wide (id, b) SELECT 1, binary_quantize(subvector(f || f, 1, 6)) FROM v WHERE id = 1;
----
error 22000: column "b" of table "wide" wants 9000 dimensions, but the vector has 6

INSERT INTO wide (id) VALUES (1);
----
ok, 1 row

SELECT d FROM wide;
----
d
[0.099975586, 2]

INSERT INTO wide (id, d) VALUES (2, '[70000,0]');
----
error 22003 at 1:37: component 1 of the vector is 70000: an f16 is at most 65504

-- Indexes: on numbers as on f32, on bits by Hamming distance.
CREATE INDEX v_h ON v USING ann (h);
----
ok

CREATE INDEX v_s ON v USING ann (s) WITH (metric = 'cosine');
----
ok

CREATE INDEX v_b ON v USING ann (b);
----
ok

CREATE INDEX v_b2 ON v USING ann (b) WITH (metric = 'jaccard');
----
error 0A000 at 1:53: an ann index of metric jaccard is not supported
hint: <%> is answered exactly, without an index

CREATE INDEX v_b2 ON v USING ann (b) WITH (metric = 'l2');
----
error 22023 at 1:53: metric l2 does not measure VECTOR(10, bit)
hint: the metrics are l2, cosine and inner_product, and hamming for bits

CREATE INDEX v_f ON v USING ann (f) WITH (metric = 'hamming');
----
error 22023 at 1:52: metric hamming does not measure VECTOR(3)
hint: the metrics are l2, cosine and inner_product, and hamming for bits

CREATE INDEX v_bb ON v (b);
----
error 0A000 at 1:25: an ordered index on the VECTOR column "b" is not supported
hint: CREATE INDEX … USING ann

quiet
CALL persist_ann_index('v', 'h');
----
ok

quiet
CALL persist_ann_index('v', 's');
----
ok

quiet
CALL persist_ann_index('v', 'b');
----
ok

EXPLAIN SELECT id FROM v ORDER BY h <-> '[0,0,0]' LIMIT 2;
----
QUERY PLAN
AnnTopKPlan on v using v_h  (rows=2)
  Order: h <-> '[0,0,0]'
  Limit: 2

EXPLAIN SELECT id FROM v ORDER BY b <~> '1010000001' LIMIT 2;
----
QUERY PLAN
AnnTopKPlan on v using v_b  (rows=2)
  Order: b <~> '1010000001'
  Limit: 2

EXPLAIN SELECT id FROM v ORDER BY b <%> '1010000001' LIMIT 2;
----
QUERY PLAN
VectorTopKPlan on v  (rows=2)
  Order: b <%> '1010000001'
  Limit: 2
  Exact: ann index v_b has metric hamming

SELECT id FROM v ORDER BY h <-> '[0,0,0]' LIMIT 2;
----
id
1
2

SELECT id FROM v ORDER BY s <=> '[1,-1,0]' LIMIT 2;
----
id
1
2

SELECT id, b <~> '1010000011' AS d FROM v ORDER BY d LIMIT 4;
----
id | d
2 | 0.0
1 | 1.0
4 | 1.0
3 | NULL

UPDATE v SET b = '1010000011' WHERE id = 2;
----
ok, 1 row

SELECT id, b <~> '1010000011' AS d FROM v ORDER BY d LIMIT 4;
----
id | d
2 | 0.0
1 | 1.0
4 | 1.0
3 | NULL

PRAGMA integrity_check;
----
integrity_check
ok

