-- WITH RECURSIVE: a query that names itself.

WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT * FROM n;
----
x
1
2
3
4
5

WITH RECURSIVE n (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 2000) SELECT COUNT(*), SUM(x), MAX(x) FROM n;
----
count | sum | max
2000 | 2001000 | 2000

EXPLAIN WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT x FROM n WHERE x > 2;
----
QUERY PLAN
Filter  (rows=3)
  Condition: x > 2
  ->  RecursiveUnion ALL  (rows=10)
        ->  Project  (rows=1)
              Output: 1
              ->  SingleRow  (rows=1)
        ->  Project  (rows=3)
              Output: x + 1
              ->  Filter  (rows=3)
                    Condition: x < 5
                    ->  WorkTableScan on n  (rows=10)

-- Without ALL each row is given once, so that circles end.
CREATE TABLE edge (a INTEGER, b INTEGER);
----
ok

INSERT INTO edge VALUES (1, 2), (2, 3), (3, 1), (3, 4), (5, 6), (4, NULL);
----
ok, 6 rows

WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT b FROM r JOIN edge ON a = n) SELECT n FROM r ORDER BY n;
----
n
1
2
3
4
NULL

WITH RECURSIVE r (n, depth) AS (SELECT 1, 0 UNION ALL SELECT b, depth + 1 FROM edge, r WHERE a = n AND depth < 4) SELECT * FROM r ORDER BY depth, n;
----
n | depth
1 | 0
2 | 1
3 | 2
1 | 3
4 | 3
2 | 4
NULL | 4

-- A tree, with its paths.
CREATE TABLE part (id INTEGER PRIMARY KEY, parent INTEGER, name TEXT);
----
ok

INSERT INTO part VALUES (1, NULL, 'root'), (2, 1, 'left'), (3, 1, 'right'), (4, 2, 'leaf'), (5, 4, 'tip');
----
ok, 5 rows

WITH RECURSIVE tree AS (SELECT id, name AS path, 0 AS depth FROM part WHERE parent IS NULL UNION ALL SELECT p.id, tree.path || '/' || p.name, depth + 1 FROM part p JOIN tree ON p.parent = tree.id) SELECT * FROM tree ORDER BY path;
----
id | path | depth
1 | root | 0
2 | root/left | 1
4 | root/left/leaf | 2
5 | root/left/leaf/tip | 3
3 | root/right | 1

SELECT id, (WITH RECURSIVE up AS (SELECT q.parent FROM part q WHERE q.id = part.id UNION ALL SELECT q.parent FROM part q JOIN up ON q.id = up.parent) SELECT COUNT(parent) FROM up) AS depth FROM part ORDER BY id;
----
id | depth
1 | 0
2 | 1
3 | 1
4 | 2
5 | 3

-- Named twice, outside and inside; several first rows and several steps; one after the other.
WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT a.x, b.x FROM n a, n b WHERE a.x < b.x ORDER BY 1, 2;
----
x | x
1 | 2
1 | 3
2 | 3

WITH RECURSIVE n (x) AS (SELECT 1 UNION SELECT 10 UNION SELECT a.x + b.x FROM n a, n b WHERE a.x + b.x < 25) SELECT x FROM n ORDER BY x;
----
x
1
2
4
8
10
11
13
16
17
20
22

WITH RECURSIVE n (x) AS (SELECT 1 UNION SELECT x * 2 FROM n WHERE x < 20 UNION SELECT x * 3 FROM n WHERE x < 20) SELECT x FROM n ORDER BY x;
----
x
1
2
3
4
6
8
9
12
16
18
24
27
32
36
48
54

WITH RECURSIVE a (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a WHERE x < 3), b (y) AS (SELECT x * 10 FROM a UNION ALL SELECT y + 1 FROM b WHERE y % 10 < 2) SELECT y FROM b ORDER BY y;
----
y
10
11
12
20
21
22
30
31
32

WITH RECURSIVE plain AS (SELECT 7 AS n) SELECT n FROM plain;
----
n
7

-- It ends when no more is wanted.
WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n LIMIT 3;
----
x
1
2
3

INSERT INTO edge WITH RECURSIVE n (x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM n WHERE x < 102) SELECT x, x + 1 FROM n;
----
ok, 3 rows

SELECT COUNT(*) FROM edge WHERE a >= 100;
----
count
3

-- The first rows decide the types.
WITH RECURSIVE n (x) AS (SELECT 1.0 UNION ALL SELECT 2 FROM n WHERE x < 2) SELECT x FROM n;
----
x
1.0
2.0

WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 0.5 FROM n WHERE x < 2) SELECT x FROM n;
----
error 42804 at 1:52: column 1 of the recursion begins as INTEGER and goes on as REAL
hint: convert the first with CAST

WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x, 2 FROM n) SELECT x FROM n;
----
error 42601 at 1:16: each query of UNION must have the same number of columns

WITH RECURSIVE n (x) AS (SELECT x FROM n) SELECT x FROM n;
----
error 42P19 at 1:40: "n" names itself other than in one of the queries of a UNION

WITH RECURSIVE n (x) AS (SELECT x FROM n UNION SELECT x FROM n) SELECT x FROM n;
----
error 42P19 at 1:16: a query that names itself needs a UNION that begins with one that does not

WITH RECURSIVE n (x) AS (SELECT 1 EXCEPT SELECT x FROM n) SELECT x FROM n;
----
error 42P19 at 1:56: "n" names itself other than in one of the queries of a UNION

WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n ORDER BY 1 LIMIT 5) SELECT x FROM n;
----
error 0A000 at 1:99: WITH, ORDER BY or LIMIT in a query that names itself is not supported

WITH n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;
----
error 42P01 at 1:53: table "n" does not exist

-- A recursion does not aggregate its own rows: it would not end, or say nothing.
WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT count(*) FROM x) SELECT * FROM x;
----
error 42P19 at 1:16: a recursion cannot aggregate its own rows

WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n FROM (SELECT sum(n) AS n FROM x) AS s) SELECT * FROM x;
----
error 42P19 at 1:16: a recursion cannot aggregate its own rows

-- It begins with a query that does not name it.
WITH RECURSIVE x (n) AS (SELECT n FROM x UNION ALL SELECT 1) SELECT * FROM x;
----
error 42P19 at 1:16: a query that names itself needs a UNION that begins with one that does not

-- Nor in an expression: which of its rows there are would depend on the order in which they are made.
WITH RECURSIVE x (n) AS (SELECT 1 UNION SELECT n + 1 FROM x WHERE n IN (SELECT n FROM x)) SELECT * FROM x;
----
error 42P19 at 1:87: "x" names itself in a query inside an expression

-- A recursion of its own in an expression is another matter.
SELECT (WITH RECURSIVE x (n) AS (SELECT 1 UNION SELECT n + 1 FROM x WHERE n < 4) SELECT max(n) FROM x) AS top;
----
top
4
