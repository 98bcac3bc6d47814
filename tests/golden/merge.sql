-- MERGE.

CREATE TABLE stock (id INTEGER PRIMARY KEY, item TEXT UNIQUE, n INTEGER NOT NULL DEFAULT 1, double_n INTEGER GENERATED ALWAYS AS (n * 2), CHECK (n >= 0));
----
ok

CREATE TABLE news (item TEXT, d INTEGER);
----
ok

INSERT INTO stock (item, n) VALUES ('apple', 5), ('pear', 3), ('plum', 8);
----
ok, 3 rows

INSERT INTO news VALUES ('apple', 2), ('pear', -3), ('fig', 4);
----
ok, 3 rows

MERGE INTO stock AS s USING news AS w ON s.item = w.item
WHEN MATCHED AND s.n + w.d = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET n = s.n + w.d
WHEN NOT MATCHED THEN INSERT (item, n) VALUES (w.item, w.d)
RETURNING merge_action(), s.id, s.item, s.n, double_n, old.n, new.n, new.double_n, w.d;
----
merge_action | id | item | n | double_n | n | n | double_n | d
UPDATE | 1 | apple | 7 | 14 | 5 | 7 | 14 | 2
DELETE | 2 | pear | 3 | 6 | 3 | NULL | NULL | -3
INSERT | 4 | fig | 4 | 8 | NULL | 4 | 8 | 4

SELECT * FROM stock ORDER BY id;
----
id | item | n | double_n
1 | apple | 7 | 14
3 | plum | 8 | 16
4 | fig | 4 | 8

-- Rows of the table alone; what comes first counts; nothing may be done.
MERGE INTO stock USING (SELECT item, d FROM news WHERE d > 0) AS w ON stock.item = w.item
WHEN MATCHED AND w.d > 3 THEN DO NOTHING
WHEN MATCHED THEN UPDATE SET n = 100, item = upper(stock.item)
WHEN NOT MATCHED BY SOURCE AND n > 1000 THEN DELETE
WHEN NOT MATCHED BY SOURCE THEN UPDATE SET n = n + 1
RETURNING merge_action(), *;
----
merge_action | item | d | id | item | n | double_n
UPDATE | apple | 2 | 1 | APPLE | 100 | 200
UPDATE | NULL | NULL | 3 | plum | 9 | 18

SELECT id, item, n, double_n FROM stock ORDER BY id;
----
id | item | n | double_n
1 | APPLE | 100 | 200
3 | plum | 9 | 18
4 | fig | 4 | 8

-- All three kinds at once, and DEFAULT.
MERGE INTO stock USING (VALUES ('APPLE', 1), ('kiwi', 2), ('lime', NULL)) AS v (name, m) ON item = name
WHEN MATCHED THEN DELETE
WHEN NOT MATCHED BY TARGET AND m IS NOT NULL THEN INSERT VALUES (50, v.name, DEFAULT)
WHEN NOT MATCHED BY TARGET THEN INSERT (item) VALUES (v.name)
WHEN NOT MATCHED BY SOURCE THEN UPDATE SET n = DEFAULT;
----
ok, 5 rows

SELECT id, item, n FROM stock ORDER BY id;
----
id | item | n
3 | plum | 1
4 | fig | 1
50 | kiwi | 1
51 | lime | 1

-- Queries in it.
MERGE INTO stock USING (SELECT 'kiwi' AS k) AS w ON item = k
WHEN MATCHED AND EXISTS (SELECT 1 FROM news WHERE d = 4) THEN UPDATE SET n = (SELECT max(d) FROM news) + 10
RETURNING stock.*;
----
id | item | n | double_n
50 | kiwi | 14 | 28

MERGE INTO stock USING generate_series(1, 3) AS g (i) ON id = i WHEN MATCHED THEN UPDATE SET n = i * 7 RETURNING id, n;
----
id | n
3 | 21

WITH w AS (SELECT 'kiwi' AS k) MERGE INTO stock USING w ON item = k WHEN MATCHED THEN UPDATE SET n = 0 RETURNING item, n, new.n - old.n AS change;
----
item | n | change
kiwi | 0 | -14

-- A row is changed once.
MERGE INTO stock USING (VALUES ('kiwi', 1), ('kiwi', 2)) AS v (name, m) ON item = name WHEN MATCHED THEN UPDATE SET n = m;
----
error 21000: MERGE command cannot affect row a second time
hint: more than one row of the source matches a row of the table

MERGE INTO stock USING (VALUES ('kiwi', 1), ('kiwi', 2)) AS v (name, m) ON item = name WHEN MATCHED AND m = 1 THEN UPDATE SET n = m WHEN MATCHED THEN DO NOTHING;
----
ok, 1 row

SELECT n FROM stock WHERE item = 'kiwi';
----
n
1

-- Constraints hold, and what fails leaves nothing.
MERGE INTO stock USING (VALUES ('new'), ('new')) AS v (name) ON item = name WHEN NOT MATCHED THEN INSERT (item) VALUES (name);
----
error 23505: duplicate key value violates unique constraint "stock_item_key": key (item)=(new) already exists

MERGE INTO stock USING news ON stock.item = news.item WHEN NOT MATCHED THEN INSERT (item, n) VALUES (news.item, news.d);
----
error 23514: a row of table "stock" violates check constraint "stock_n_check"

MERGE INTO stock USING news ON false WHEN NOT MATCHED THEN INSERT (item, n) VALUES (news.item || '!', NULL);
----
error 23502: null value in column "n" of table "stock" violates not-null constraint

MERGE INTO stock USING news ON false WHEN NOT MATCHED THEN INSERT (item, n) VALUES (news.item || '!', 'x' || d);
----
error 42804 at 1:103: column "n" is INTEGER, the value TEXT
hint: convert it with CAST

MERGE INTO stock USING news ON stock.item = news.item WHEN MATCHED THEN UPDATE SET double_n = 1;
----
error 428C9 at 1:84: column "double_n" is computed, and takes no other value

MERGE INTO stock USING news ON stock.item = news.item WHEN NOT MATCHED THEN INSERT VALUES (1, 'a', 2, 3);
----
error 428C9 at 1:103: column "double_n" is computed, and takes no other value

SELECT count(*) FROM stock;
----
count
4

-- Row ids change places in one clause.
MERGE INTO stock USING (VALUES (2), (3), (4)) AS v (i) ON id = i WHEN MATCHED THEN UPDATE SET id = id + 1 RETURNING old.id, new.id, stock.rowid;
----
id | id | rowid
3 | 4 | 4
4 | 5 | 5

-- What a clause does not see, and what is not there.
MERGE INTO stock USING news ON stock.item = news.item WHEN NOT MATCHED THEN INSERT (item) VALUES (stock.item);
----
error 42P01 at 1:99: FROM has no table "stock"

MERGE INTO stock USING news ON stock.item = news.item WHEN NOT MATCHED BY SOURCE THEN UPDATE SET n = news.d;
----
error 42P01 at 1:102: FROM has no table "news"

MERGE INTO stock USING news ON stock.item = news.item WHEN NOT MATCHED THEN UPDATE SET n = 1;
----
error 42601 at 1:77: syntax error: UPDATE is not allowed in a NOT MATCHED merge clause

MERGE INTO stock USING news ON stock.item = news.item WHEN MATCHED THEN INSERT VALUES (1);
----
error 42601 at 1:73: syntax error: INSERT is not allowed in a MATCHED merge clause

MERGE INTO stock USING news ON stock.item = news.item WHEN MATCHED THEN DELETE WHEN MATCHED AND n = 1 THEN DELETE;
----
error 42601 at 1:80: no row reaches this WHEN clause: one before it has no condition

MERGE INTO stock USING stock ON true WHEN MATCHED THEN DELETE;
----
error 42712 at 1:24: table name "stock" is used more than once
hint: give each an alias of its own

MERGE INTO stock USING news ON stock.item = news.item;
----
error 42601 at 1:1: syntax error: MERGE without WHEN

MERGE stock USING news ON stock.item = news.item WHEN MATCHED THEN DELETE;
----
error 42601 at 1:1: syntax error: expected INTO after MERGE

MERGE INTO stock USING news ON stock.item = news.item WHEN MATCHED THEN UPDATE SET nothing = 1;
----
error 42703 at 1:84: table "stock" has no column "nothing"

MERGE INTO stock USING news ON stock.item = news.item WHEN NOT MATCHED THEN INSERT (item, item) VALUES ('a', 'b');
----
error 42701 at 1:91: column "item" is named more than once

MERGE INTO stock USING news ON stock.item = news.item WHEN NOT MATCHED THEN INSERT (item, n) VALUES ('a');
----
error 42601 at 1:55: INSERT into "stock" takes 2 values, not 1

MERGE INTO stock USING news ON stock.item = news.item WHEN NOT MATCHED THEN INSERT (item) VALUES ('a'), ('b');
----
error 42601 at 1:55: syntax error: an INSERT of MERGE takes one row

MERGE INTO nowhere USING news ON true WHEN MATCHED THEN DELETE;
----
error 42P01 at 1:12: table "nowhere" does not exist

MERGE INTO stock USING nowhere ON true WHEN MATCHED THEN DELETE;
----
error 42P01 at 1:24: table "nowhere" does not exist

MERGE INTO stock USING news ON sum(d) = 1 WHEN MATCHED THEN DELETE;
----
error 42803 at 1:32: an aggregate is not allowed in MERGE … ON

MERGE INTO stock USING news ON true WHEN MATCHED THEN DELETE RETURNING (SELECT 1);
----
error 0A000 at 1:73: a query in RETURNING is not supported

SELECT merge_action();
----
error 42601 at 1:8: merge_action() stands in RETURNING of MERGE alone

UPDATE stock SET n = 1 RETURNING merge_action();
----
error 42601 at 1:34: merge_action() stands in RETURNING of MERGE alone

CREATE VIEW v AS SELECT * FROM stock;
----
ok

MERGE INTO v USING news ON true WHEN MATCHED THEN DELETE;
----
error 42809 at 1:12: "v" is a view, not a table

DROP VIEW v;
----
ok

-- Foreign keys: their actions follow, and what is written is checked.
CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
----
ok

CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);
----
ok

INSERT INTO parent VALUES (1, 'a'), (2, 'b');
----
ok, 2 rows

INSERT INTO child VALUES (1, 1), (2, 2);
----
ok, 2 rows

MERGE INTO parent USING (VALUES (1, 10), (2, 20)) AS v (k, new_id) ON id = k WHEN MATCHED AND k = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET id = new_id;
----
ok, 2 rows

SELECT * FROM child;
----
id | p
2 | 20

MERGE INTO child USING (VALUES (7)) AS v (k) ON id = k WHEN NOT MATCHED THEN INSERT VALUES (k, 99);
----
error 23503: insert or update on table "child" violates foreign key constraint "child_p_fkey": key (p)=(99) is not present in table "parent"

-- An identity column.
CREATE TABLE ids (id INTEGER GENERATED ALWAYS AS IDENTITY, v TEXT);
----
ok

MERGE INTO ids USING (VALUES ('a'), ('b')) AS s (w) ON v = w WHEN NOT MATCHED THEN INSERT (v) VALUES (w) RETURNING id, v;
----
id | v
1 | a
2 | b

MERGE INTO ids USING (VALUES ('c')) AS s (w) ON v = w WHEN NOT MATCHED THEN INSERT (id, v) VALUES (9, w);
----
error 428C9 at 1:100: column "id" is an identity column GENERATED ALWAYS, and takes no other value
hint: write DEFAULT, or in INSERT OVERRIDING SYSTEM VALUE

MERGE INTO ids USING (VALUES ('c')) AS s (w) ON v = w WHEN NOT MATCHED THEN INSERT (id, v) OVERRIDING SYSTEM VALUE VALUES (9, w) RETURNING *;
----
w | id | v
c | 9 | c

MERGE INTO ids USING (VALUES ('e')) AS s (w) ON v = w WHEN NOT MATCHED THEN INSERT DEFAULT VALUES RETURNING *;
----
w | id | v
e | 3 | NULL

MERGE INTO ids USING (VALUES ('d')) AS s (w) ON v = w WHEN NOT MATCHED THEN INSERT (id, v) OVERRIDING USER VALUE VALUES (9, w) RETURNING ids.*;
----
id | v
4 | d

-- Vectors, in a row and beside it.
CREATE TABLE vecs (id INTEGER PRIMARY KEY, e VECTOR(2), h VECTOR(2, f16));
----
ok

MERGE INTO vecs USING (VALUES (1, '[1,2]'), (2, '[3,4]')) AS s (k, e) ON id = k WHEN NOT MATCHED THEN INSERT VALUES (k, s.e::VECTOR(2), '[0.1,1]') RETURNING vecs.*;
----
id | e | h
1 | [1, 2] | [0.099975586, 1]
2 | [3, 4] | [0.099975586, 1]

MERGE INTO vecs USING (VALUES (2)) AS s (k) ON id = k WHEN MATCHED THEN UPDATE SET h = '[0.3,2]' RETURNING old.h, new.h, vecs.e;
----
h | h | e
[0.099975586, 1] | [0.30004883, 2] | [3, 4]

-- old and new in RETURNING of the others.
UPDATE stock SET n = n + 1 WHERE item = 'kiwi' RETURNING old.n, new.n, n, old.item, new.*;
----
n | n | n | item | id | item | n | double_n
1 | 2 | 2 | kiwi | 50 | kiwi | 2 | 4

UPDATE stock SET id = 400 WHERE item = 'kiwi' RETURNING old.id, new.id, stock.id;
----
id | id | id
50 | 400 | 400

DELETE FROM stock WHERE item = 'kiwi' RETURNING old.item, new.item, old.n + 1 AS more;
----
item | item | more
kiwi | NULL | 3

INSERT INTO stock (id, item, n) VALUES (1, 'olive', 4) RETURNING old.n, new.n, coalesce(old.item, 'none');
----
n | n | coalesce
NULL | 4 | none

INSERT INTO stock (id, item, n) VALUES (1, 'olive', 4), (90, 'nut', 6) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n RETURNING old.n, new.n, old.id;
----
n | n | id
4 | 8 | 1
NULL | 6 | NULL

UPDATE stock SET n = old.n;
----
error 42P01 at 1:22: FROM has no table "old"

UPDATE stock AS old SET n = 5 WHERE item = 'nut' RETURNING old.n, new.n;
----
n | n
5 | 5

UPDATE news SET d = old.n FROM stock AS old WHERE old.item = 'nut' AND news.d = 4 RETURNING old.item, new.d;
----
item | d
nut | 5

EXPLAIN MERGE INTO stock AS s USING (VALUES (1, 'x')) AS v (k, i) ON s.id = v.k WHEN MATCHED THEN UPDATE SET item = i;
----
QUERY PLAN
Merge on stock
  When: MATCHED THEN UPDATE SET item = i
  ->  Project  (rows=1)
        Output: stock.rowid, source, i
        ->  LookupJoin with stock  (rows=1)
              Lookup: stock.id = k
              ->  Project  (rows=1)
                    Output: k, i, TRUE
                    ->  Values  (rows=1)

EXPLAIN MERGE INTO stock AS s USING news AS w ON s.item = w.item
WHEN MATCHED AND s.n + w.d = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET n = s.n + w.d
WHEN NOT MATCHED THEN INSERT (item, n) VALUES (w.item, w.d)
WHEN NOT MATCHED BY SOURCE THEN DO NOTHING RETURNING merge_action(), old.n;
----
QUERY PLAN
Merge on stock
  When: MATCHED AND stock.n + w.d = 0 THEN DELETE
  When: MATCHED THEN UPDATE SET n = stock.n + w.d, double_n = (stock.n + w.d) * 2
  When: NOT MATCHED BY TARGET THEN INSERT id = NULL, item = w.item, n = w.d
  When: NOT MATCHED BY SOURCE THEN DO NOTHING
  Returning: merge_action(), old.n
  ->  Project  (rows=2000)
        Output: stock.rowid, source, stock.n, w.d, w.item
        ->  HashJoin full  (rows=2000)
              Hash Cond: w.item = stock.item
              ->  Project  (rows=1000)
                    Output: w.d, w.item, TRUE
                    ->  SeqScan on news w  (rows=1000)
              ->  SeqScan on stock  (rows=1000)
