-- Outer joins: LEFT, RIGHT, FULL, with ON, USING and NATURAL.

CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
----
ok

INSERT INTO author VALUES (1, 'Lem'), (2, 'Le Guin'), (3, 'Nobody');
----
ok, 3 rows

CREATE TABLE book (id INTEGER PRIMARY KEY, author INTEGER, title TEXT);
----
ok

INSERT INTO book VALUES (10, 1, 'Solaris'), (11, 2, 'The Dispossessed'), (12, 1, 'Fiasco'), (13, NULL, 'Beowulf'), (14, 9, 'Lost');
----
ok, 5 rows

SELECT a.name, b.title FROM author a LEFT JOIN book b ON a.id = b.author ORDER BY a.id, b.id;
----
name | title
Lem | Solaris
Lem | Fiasco
Le Guin | The Dispossessed
Nobody | NULL

SELECT a.name, b.title FROM author a RIGHT JOIN book b ON a.id = b.author ORDER BY b.id;
----
name | title
Lem | Solaris
Le Guin | The Dispossessed
Lem | Fiasco
NULL | Beowulf
NULL | Lost

SELECT a.name, b.title FROM author a FULL OUTER JOIN book b ON a.id = b.author ORDER BY a.id, b.id;
----
name | title
Lem | Solaris
Lem | Fiasco
Le Guin | The Dispossessed
Nobody | NULL
NULL | Beowulf
NULL | Lost

-- What ON asks of a kept row does not take it away; what WHERE asks does.
SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author AND a.id > 1 ORDER BY 1, 2;
----
id | id
1 | NULL
2 | 11
3 | NULL

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author AND b.title LIKE 'F%' ORDER BY 1, 2;
----
id | id
1 | 12
2 | NULL
3 | NULL

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.id IS NULL;
----
id | id
3 | NULL

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.title LIKE 'F%';
----
id | id
1 | 12

-- A condition that NULL does not meet makes an inner join of it.
EXPLAIN SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.title = 'Fiasco';
----
QUERY PLAN
Project  (rows=10)
  Output: a.id, b.id
  ->  LookupJoin with author a  (rows=10)
        Lookup: a.id = b.author
        ->  SeqScan on book b  (rows=10)
              Filter: b.title = 'Fiasco'

EXPLAIN SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.title IS NULL;
----
QUERY PLAN
Project  (rows=10)
  Output: a.id, b.id
  ->  Filter  (rows=10)
        Condition: b.title IS NULL
        ->  HashJoin left  (rows=1000)
              Hash Cond: a.id = b.author
              ->  SeqScan on author a  (rows=1000)
              ->  SeqScan on book b  (rows=1000)

EXPLAIN SELECT b.id, a.name FROM book b LEFT JOIN author a ON a.id = b.author WHERE b.id < 12;
----
QUERY PLAN
Project  (rows=333)
  Output: b.id, a.name
  ->  HashJoin right  (rows=333)
        Hash Cond: a.id = b.author
        ->  SeqScan on author a  (rows=1000)
        ->  PkRangeScan on book b  (rows=333)
              Range: b.id < 12

-- Without an equality.
SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id > b.author ORDER BY 1, 2;
----
id | id
1 | NULL
2 | 10
2 | 12
3 | 10
3 | 11
3 | 12

SELECT a.id, b.id FROM author a FULL JOIN book b ON a.id > b.author ORDER BY 1, 2;
----
id | id
1 | NULL
2 | 10
2 | 12
3 | 10
3 | 11
3 | 12
NULL | 13
NULL | 14

-- Always and never.
SELECT COUNT(*), COUNT(b.id) FROM author a LEFT JOIN book b ON FALSE;
----
count | count
3 | 0

SELECT COUNT(*) FROM author a FULL JOIN book b ON FALSE;
----
count
8

SELECT COUNT(*) FROM author a LEFT JOIN book b ON TRUE;
----
count
15

-- USING gives one column: of the side whose rows are all kept, or of either.
CREATE TABLE l (k INTEGER, x TEXT);
----
ok

CREATE TABLE r (k REAL, y TEXT);
----
ok

INSERT INTO l VALUES (1, 'l1'), (2, 'l2');
----
ok, 2 rows

INSERT INTO r VALUES (2.0, 'r2'), (2.5, 'r3');
----
ok, 2 rows

SELECT * FROM l LEFT JOIN r USING (k) ORDER BY k;
----
k | x | y
1 | l1 | NULL
2 | l2 | r2

SELECT * FROM l RIGHT JOIN r USING (k) ORDER BY k;
----
k | x | y
2.0 | l2 | r2
2.5 | NULL | r3

SELECT * FROM l FULL JOIN r USING (k) ORDER BY k;
----
k | x | y
1.0 | l1 | NULL
2.0 | l2 | r2
2.5 | NULL | r3

SELECT k, l.k, r.k FROM l FULL JOIN r USING (k) WHERE k > 1 ORDER BY 1;
----
k | k | k
2.0 | 2 | 2.0
2.5 | NULL | 2.5

SELECT * FROM l NATURAL JOIN r;
----
k | x | y
2 | l2 | r2

SELECT * FROM l NATURAL FULL JOIN r ORDER BY k;
----
k | x | y
1.0 | l1 | NULL
2.0 | l2 | r2
2.5 | NULL | r3

-- Chains, and a join of nothing.
SELECT a.id, b.id, c.id FROM author a LEFT JOIN book b ON a.id = b.author LEFT JOIN author c ON c.id = b.id - 10 ORDER BY 1, 2, 3;
----
id | id | id
1 | 10 | NULL
1 | 12 | 2
2 | 11 | 1
3 | NULL | NULL

CREATE TABLE nothing (id INTEGER PRIMARY KEY);
----
ok

SELECT a.id, n.id FROM author a LEFT JOIN nothing n ON n.id = a.id ORDER BY 1;
----
id | id
1 | NULL
2 | NULL
3 | NULL

SELECT n.id, a.id FROM nothing n FULL JOIN author a ON n.id = a.id ORDER BY 2;
----
id | id
NULL | 1
NULL | 2
NULL | 3

SELECT n.id, a.id FROM nothing n LEFT JOIN author a ON n.id = a.id;
----
id | id

SELECT a.id, b.id FROM author a LEFT JOIN (book b JOIN author c ON b.author = c.id AND c.name = 'Lem') ON a.id = b.author ORDER BY 1, 2;
----
id | id
1 | 10
1 | 12
2 | NULL
3 | NULL

-- A chain of USING: the column of the whole join so far meets the next one.
CREATE TABLE m (k INTEGER, z TEXT);
----
ok

INSERT INTO m VALUES (2, 'm2'), (4, 'm4');
----
ok, 2 rows

SELECT * FROM l FULL JOIN r USING (k) FULL JOIN m USING (k) ORDER BY k;
----
k | x | y | z
1.0 | l1 | NULL | NULL
2.0 | l2 | r2 | m2
2.5 | NULL | r3 | NULL
4.0 | NULL | NULL | m4

SELECT * FROM l LEFT JOIN r USING (k) RIGHT JOIN m USING (k) ORDER BY k;
----
k | x | y | z
2 | l2 | r2 | m2
4 | NULL | NULL | m4

SELECT l.*, m.* FROM l FULL JOIN m USING (k) ORDER BY x, z;
----
k | x | k | z
1 | l1 | NULL | NULL
2 | l2 | 2 | m2
NULL | NULL | 4 | m4

SELECT COUNT(*), k FROM l FULL JOIN m USING (k) GROUP BY k ORDER BY k;
----
count | k
1 | 1
1 | 2
1 | 4

-- Columns of one name on one side cannot be meant.
SELECT * FROM (l CROSS JOIN m) JOIN r USING (k);
----
error 42702 at 1:46: column "k" is in more than one table
hint: put the table's name and a dot before it

SELECT * FROM l JOIN r USING (nope);
----
error 42703 at 1:31: column "nope" does not exist

SELECT * FROM l NATURAL LEFT JOIN author;
----
k | x | id | name
1 | l1 | 1 | Lem
1 | l1 | 2 | Le Guin
1 | l1 | 3 | Nobody
2 | l2 | 1 | Lem
2 | l2 | 2 | Le Guin
2 | l2 | 3 | Nobody

-- NULL joins nothing, and is kept.
SELECT x.k, y.k FROM (VALUES (1), (NULL)) AS x (k) FULL JOIN (VALUES (1), (NULL), (2)) AS y (k) ON x.k = y.k ORDER BY 1, 2;
----
k | k
1 | 1
NULL | 2
NULL | NULL
NULL | NULL

-- What is kept can be looked for, and conditions of several relations stay where they are.
SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE COALESCE(b.title, 'none') = 'none';
----
id | id
3 | NULL

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE (b.id > 11) IS NOT TRUE ORDER BY 1, 2;
----
id | id
1 | 10
2 | 11
3 | NULL

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.id IS DISTINCT FROM 11 ORDER BY 1, 2;
----
id | id
1 | 10
1 | 12
3 | NULL

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE NOT (b.id = 11) ORDER BY 1, 2;
----
id | id
1 | 10
1 | 12

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE CASE WHEN b.id IS NULL THEN TRUE ELSE b.id > 11 END ORDER BY 1, 2;
----
id | id
1 | 12
3 | NULL

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author JOIN author c ON c.id = a.id OR b.id IS NULL ORDER BY 1, 2, c.id;
----
id | id
1 | 10
1 | 12
2 | 11
3 | NULL
3 | NULL
3 | NULL
