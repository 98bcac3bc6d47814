-- What is odd about vectors: the same through an ann index (a) and by the exact plan (b).

CREATE TABLE a (id INTEGER PRIMARY KEY, v VECTOR(2));
----
ok

CREATE TABLE b (id INTEGER PRIMARY KEY, v VECTOR(2));
----
ok

CREATE INDEX a_cos ON a USING ann (v) WITH (metric = 'cosine');
----
ok

CREATE INDEX a_l2 ON a USING ann (v) WITH (metric = 'l2');
----
ok

CREATE INDEX a_ip ON a USING ann (v) WITH (metric = 'inner_product');
----
ok

-- An empty table.
SELECT id FROM a ORDER BY v <=> '[1,0]' LIMIT 3;
----
id

SELECT id FROM b ORDER BY v <=> '[1,0]' LIMIT 3;
----
id

SELECT id FROM a WHERE v <-> '[1,0]' < 9 ORDER BY v <-> '[1,0]';
----
id

quiet
REINDEX a_cos;
----
ok

SELECT id FROM a ORDER BY v <=> '[1,0]' LIMIT 3;
----
id

-- One row.
INSERT INTO a VALUES (1, '[3,4]');
----
ok, 1 row

INSERT INTO b VALUES (1, '[3,4]');
----
ok, 1 row

SELECT id, v <=> '[1,0]' AS d FROM a ORDER BY d LIMIT 3;
----
id | d
1 | 0.4000000059604645

SELECT id, v <=> '[1,0]' AS d FROM b ORDER BY d LIMIT 3;
----
id | d
1 | 0.4000000059604645

quiet
CALL persist_ann_index('a', 'v');
----
ok

SELECT id, v <=> '[1,0]' AS d FROM a ORDER BY d LIMIT 3;
----
id | d
1 | 0.4000000059604645

SELECT id, v <-> '[0,0]' AS d FROM a ORDER BY d LIMIT 3 OFFSET 1;
----
id | d

SELECT id, v <-> '[0,0]' AS d FROM b ORDER BY d LIMIT 3 OFFSET 1;
----
id | d

-- NaN, infinity and what is beyond f32 are no components, of a row or of a query.
INSERT INTO a VALUES (9, '[nan,1]');
----
error 22P02 at 1:26: invalid input for type VECTOR: "[nan,1]"
hint: a vector is written as '[1, 2.5, -3]'

INSERT INTO b VALUES (9, '[nan,1]');
----
error 22P02 at 1:26: invalid input for type VECTOR: "[nan,1]"
hint: a vector is written as '[1, 2.5, -3]'

INSERT INTO a VALUES (9, '[1,inf]');
----
error 22P02 at 1:26: invalid input for type VECTOR: "[1,inf]"
hint: a vector is written as '[1, 2.5, -3]'

INSERT INTO b VALUES (9, '[1,inf]');
----
error 22P02 at 1:26: invalid input for type VECTOR: "[1,inf]"
hint: a vector is written as '[1, 2.5, -3]'

INSERT INTO a VALUES (9, '[1e39,0]');
----
error 22000 at 1:26: component 1 of the vector is not a finite number

INSERT INTO a VALUES (9, x'0000c07f00000000');
----
error 42804 at 1:26: column "v" is VECTOR(2), the value BLOB
hint: convert it with CAST

INSERT INTO b VALUES (9, x'0000c07f00000000');
----
error 42804 at 1:26: column "v" is VECTOR(2), the value BLOB
hint: convert it with CAST

UPDATE a SET v = '[1,nan]';
----
error 22P02 at 1:18: invalid input for type VECTOR: "[1,nan]"
hint: a vector is written as '[1, 2.5, -3]'

UPDATE b SET v = '[1,nan]';
----
error 22P02 at 1:18: invalid input for type VECTOR: "[1,nan]"
hint: a vector is written as '[1, 2.5, -3]'

SELECT id FROM a ORDER BY v <-> '[nan,0]' LIMIT 1;
----
error 22P02 at 1:33: invalid input for type VECTOR: "[nan,0]"
hint: a vector is written as '[1, 2.5, -3]'

SELECT id FROM b ORDER BY v <-> '[nan,0]' LIMIT 1;
----
error 22P02 at 1:33: invalid input for type VECTOR: "[nan,0]"
hint: a vector is written as '[1, 2.5, -3]'

SELECT id FROM a WHERE v <-> '[inf,0]' < 1;
----
error 22P02 at 1:30: invalid input for type VECTOR: "[inf,0]"
hint: a vector is written as '[1, 2.5, -3]'

SELECT id FROM b WHERE v <-> '[inf,0]' < 1;
----
error 22P02 at 1:30: invalid input for type VECTOR: "[inf,0]"
hint: a vector is written as '[1, 2.5, -3]'

-- Another dimension.
INSERT INTO a VALUES (9, '[1,2,3]');
----
error 22000 at 1:26: expected a vector of 2 dimensions, not 3

INSERT INTO b VALUES (9, '[1,2,3]');
----
error 22000 at 1:26: expected a vector of 2 dimensions, not 3

UPDATE a SET v = '[1]' WHERE id = 1;
----
error 22000 at 1:18: expected a vector of 2 dimensions, not 1

UPDATE b SET v = '[1]' WHERE id = 1;
----
error 22000 at 1:18: expected a vector of 2 dimensions, not 1

SELECT id FROM a ORDER BY v <-> '[1,2,3]' LIMIT 1;
----
error 22000 at 1:33: expected a vector of 2 dimensions, not 3

SELECT id FROM b ORDER BY v <-> '[1,2,3]' LIMIT 1;
----
error 22000 at 1:33: expected a vector of 2 dimensions, not 3

SELECT id FROM a WHERE v <=> '[1]' < 1;
----
error 22000 at 1:30: expected a vector of 2 dimensions, not 1

SELECT id FROM b WHERE v <=> '[1]' < 1;
----
error 22000 at 1:30: expected a vector of 2 dimensions, not 1

-- Nothing of what was refused is there.
SELECT count(*), min(id), max(id) FROM a;
----
count | min | max
1 | 1 | 1

SELECT count(*), min(id), max(id) FROM b;
----
count | min | max
1 | 1 | 1

-- Vectors of zeros have no cosine, and NULLs no distance: they come last, by row id.
INSERT INTO a VALUES (2, '[0,0]'), (3, NULL), (4, '[1,1]'), (5, '[-0,0]'), (6, '[-2,0]');
----
ok, 5 rows

INSERT INTO b SELECT id, v FROM a WHERE id > 1;
----
ok, 5 rows

SELECT id, v <=> '[2,0]' AS d FROM a ORDER BY d LIMIT 9;
----
id | d
4 | 0.2928932309150696
1 | 0.4000000059604645
6 | 2.0
2 | NULL
3 | NULL
5 | NULL

SELECT id, v <=> '[2,0]' AS d FROM b ORDER BY d LIMIT 9;
----
id | d
4 | 0.2928932309150696
1 | 0.4000000059604645
6 | 2.0
2 | NULL
3 | NULL
5 | NULL

quiet
CALL persist_ann_index('a', 'v');
----
ok

SELECT id, v <=> '[2,0]' AS d FROM a ORDER BY d LIMIT 9;
----
id | d
4 | 0.2928932309150696
1 | 0.4000000059604645
6 | 2.0
2 | NULL
3 | NULL
5 | NULL

SELECT id, v <=> '[2,0]' AS d FROM a ORDER BY d LIMIT 2 OFFSET 2;
----
id | d
6 | 2.0
2 | NULL

SELECT id, v <=> '[2,0]' AS d FROM b ORDER BY d LIMIT 2 OFFSET 2;
----
id | d
6 | 2.0
2 | NULL

SELECT id, v <-> '[0,0]' AS d FROM a ORDER BY d LIMIT 9;
----
id | d
2 | 0.0
5 | 0.0
4 | 1.4142135381698608
6 | 2.0
1 | 5.0
3 | NULL

SELECT id, v <-> '[0,0]' AS d FROM b ORDER BY d LIMIT 9;
----
id | d
2 | 0.0
5 | 0.0
4 | 1.4142135381698608
6 | 2.0
1 | 5.0
3 | NULL

SELECT id, v <#> '[1,0]' AS d FROM a ORDER BY d LIMIT 9;
----
id | d
1 | -3.0
4 | -1.0
2 | 0.0
5 | 0.0
6 | 2.0
3 | NULL

SELECT id, v <#> '[1,0]' AS d FROM b ORDER BY d LIMIT 9;
----
id | d
1 | -3.0
4 | -1.0
2 | 0.0
5 | 0.0
6 | 2.0
3 | NULL

-- Looked for themselves: no row has a distance.
SELECT id, v <=> '[0,0]' AS d FROM a ORDER BY d LIMIT 3;
----
id | d
1 | NULL
2 | NULL
3 | NULL

SELECT id, v <=> '[0,0]' AS d FROM b ORDER BY d LIMIT 3;
----
id | d
1 | NULL
2 | NULL
3 | NULL

SELECT id, v <-> NULL AS d FROM a ORDER BY d LIMIT 3;
----
id | d
1 | NULL
2 | NULL
3 | NULL

SELECT id, v <-> NULL AS d FROM b ORDER BY d LIMIT 3;
----
id | d
1 | NULL
2 | NULL
3 | NULL

-- A range holds no row without a distance.
SELECT id FROM a WHERE v <=> '[2,0]' <= 2 ORDER BY id;
----
id
1
4
6

SELECT id FROM b WHERE v <=> '[2,0]' <= 2 ORDER BY id;
----
id
1
4
6

SELECT id FROM a WHERE v <=> '[0,0]' <= 2;
----
id

SELECT id FROM b WHERE v <=> '[0,0]' <= 2;
----
id

-- A table of nothing but NULLs.
UPDATE a SET v = NULL;
----
ok, 6 rows

UPDATE b SET v = NULL;
----
ok, 6 rows

SELECT id, v <-> '[1,0]' AS d FROM a ORDER BY d LIMIT 2;
----
id | d
1 | NULL
2 | NULL

SELECT id, v <-> '[1,0]' AS d FROM b ORDER BY d LIMIT 2;
----
id | d
1 | NULL
2 | NULL

quiet
CALL persist_ann_index('a', 'v');
----
ok

SELECT id, v <-> '[1,0]' AS d FROM a ORDER BY d LIMIT 2;
----
id | d
1 | NULL
2 | NULL

PRAGMA integrity_check;
----
integrity_check
ok
