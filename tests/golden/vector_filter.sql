-- WHERE through an ann index: what the segment answers, what other indexes find, what is rechecked.

CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, size INTEGER, price REAL, ok BOOLEAN, raw BLOB, mail TEXT, emb VECTOR(2));
----
ok

INSERT INTO item VALUES (1, 'apple', 1, 0.5, TRUE, x'01', 'a@x', '[1,1]'), (2, 'apricot', 2, 1.5, FALSE, x'02', 'b@x', '[2,2]'), (3, 'banana', 3, 2.5, NULL, NULL, 'c@x', '[3,3]'), (4, NULL, NULL, NULL, TRUE, x'0102', 'd@x', '[4,4]'), (5, 'Cherry', 9007199254740993, 1e300, FALSE, x'', 'e@x', '[5,5]'), (6, '50%_x', -1, -0.0, NULL, x'ff', 'f@x', '[6,6]'), (7, 'apple pie', 3, 0.0, TRUE, x'0103', 'g@x', NULL), (8, '', 2, 2.0, TRUE, x'02', 'h@x', '[8,8]');
----
ok, 8 rows

CREATE INDEX item_mail ON item (mail);
----
ok

CREATE INDEX item_emb ON item USING ann (emb) INCLUDE (name, size) WITH (filters = 'price,ok,raw');
----
ok

quiet
CALL persist_ann_index('item', 'emb');
----
ok

-- Every type, every comparison.
EXPLAIN SELECT id FROM item WHERE name LIKE 'ap%' AND size IN (1, 2, 3) AND price < 2 AND ok IS NOT FALSE AND raw >= x'01' AND id BETWEEN 1 AND 7 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
QUERY PLAN
AnnTopKPlan on item using item_emb  (rows=9)
  Order: emb <-> '[0,0]'
  Limit: 9
  Index Filter: name LIKE 'ap%' AND size IN (1, 2, 3) AND price < 2 AND ok IS NOT FALSE AND raw >= X'01' AND id BETWEEN 1 AND 7

SELECT id FROM item WHERE name LIKE 'ap%' AND size IN (1, 2, 3) AND price < 2 AND ok IS NOT FALSE AND raw >= x'01' AND id BETWEEN 1 AND 7 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
1
7

SELECT id FROM item WHERE name LIKE 'apple' OR name LIKE '50\%\_%' OR name LIKE '%err%' ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
1
5
6

SELECT id FROM item WHERE name NOT LIKE 'a%' ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
3
5
6
8

SELECT id FROM item WHERE name ILIKE 'APP%' OR upper(name) = 'CHERRY' ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
1
5
7

-- NULL is neither equal nor unequal, and distinct from everything else.
SELECT id FROM item WHERE NOT (size = 3 OR name = 'apple') ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
2
5
6
8

SELECT id FROM item WHERE size IS DISTINCT FROM 3 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
1
2
4
5
6
8

SELECT id FROM item WHERE ok IS NOT DISTINCT FROM NULL ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
3
6

SELECT id FROM item WHERE size NOT IN (1, 2, NULL) ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id

SELECT id FROM item WHERE ok IS NOT TRUE ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
2
3
5
6

-- Numbers compare exactly.
SELECT id FROM item WHERE size = 2.5 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id

SELECT id FROM item WHERE size > 9007199254740992.0 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
5

SELECT id FROM item WHERE price = 0 OR price = 9007199254740993 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
6
7

SELECT id FROM item WHERE id > 2.5 AND rowid < 5 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
3
4

-- Any condition on one column is evaluated for each value that it has.
EXPLAIN SELECT id FROM item WHERE size * size - 3 > 0 AND length(name) % 2 = 0 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
QUERY PLAN
AnnTopKPlan on item using item_emb  (rows=9)
  Order: emb <-> '[0,0]'
  Limit: 9
  Index Filter: size * size - 3 > 0 AND length(name) % 2 = 0

SELECT id FROM item WHERE size % 2 = 1 AND length(name) % 2 = 0 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
3
5

SELECT id FROM item WHERE 6 / (size - 1) = 3 AND size > 1 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
3
7

-- What is left narrows the search by what it implies, and is rechecked.
EXPLAIN SELECT id FROM item WHERE (size = 1 AND mail <> 'b@x') OR (size = 3 AND mail <> name) ORDER BY emb <-> '[0,0]' LIMIT 9;
----
QUERY PLAN
AnnTopKPlan on item using item_emb  (rows=9)
  Order: emb <-> '[0,0]'
  Limit: 9
  Implied Filter: size = 1 OR size = 3
  Recheck: size = 1 AND mail <> 'b@x' OR size = 3 AND mail <> name

SELECT id FROM item WHERE (size = 1 AND mail <> 'b@x') OR (size = 3 AND mail <> name) ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
1
3
7

-- Another index finds rows.
EXPLAIN SELECT id FROM item WHERE mail BETWEEN 'b' AND 'e' AND ok ORDER BY emb <-> '[0,0]' LIMIT 9;
----
QUERY PLAN
AnnTopKPlan on item using item_emb  (rows=9)
  Order: emb <-> '[0,0]'
  Limit: 9
  Index Filter: ok
  Row Hits: mail BETWEEN 'b' AND 'e' (IndexScan using item_mail)
  Recheck: mail BETWEEN 'b' AND 'e'

SELECT id FROM item WHERE mail BETWEEN 'b' AND 'e' AND ok ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
4

EXPLAIN SELECT id FROM item WHERE mail = 'b@x' OR mail IN ('c@x', 'd@x') OR id = 8 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
QUERY PLAN
AnnTopKPlan on item using item_emb  (rows=9)
  Order: emb <-> '[0,0]'
  Limit: 9
  Row Hits: mail = 'b@x' OR mail IN ('c@x', 'd@x') OR id = 8 (IndexScan using item_mail, IndexScan using item_mail, PkLookup)
  Recheck: mail = 'b@x' OR mail IN ('c@x', 'd@x') OR id = 8

SELECT id FROM item WHERE mail = 'b@x' OR mail IN ('c@x', 'd@x') OR id = 8 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
2
3
4
8

-- Nothing satisfies it.
SELECT id FROM item WHERE size > 3 AND size < 3 ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id

SELECT id FROM item WHERE size = NULL ORDER BY emb <-> '[0,0]' LIMIT 9;
----
id
