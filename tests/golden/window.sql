-- Window functions: partitions, orders, frames, named windows.

CREATE TABLE pay (id INTEGER PRIMARY KEY, team TEXT, who TEXT, amount INTEGER, share REAL);
----
ok

INSERT INTO pay VALUES (1, 'a', 'ann', 10, 0.5), (2, 'a', 'bob', 20, 1.5), (3, 'a', 'cat', 20, NULL), (4, 'b', 'dan', 5, 2.0), (5, 'b', 'eve', NULL, 0.25), (6, 'c', 'fay', 7, 1.0);
----
ok, 6 rows

SELECT id, row_number() OVER (ORDER BY id DESC), rank() OVER (PARTITION BY team ORDER BY amount), dense_rank() OVER (ORDER BY amount), ntile(4) OVER (ORDER BY id) FROM pay ORDER BY id;
----
id | row_number | rank | dense_rank | ntile
1 | 6 | 1 | 3 | 1
2 | 5 | 2 | 4 | 1
3 | 4 | 2 | 4 | 2
4 | 3 | 1 | 1 | 2
5 | 2 | 2 | 5 | 3
6 | 1 | 1 | 2 | 4

SELECT id, percent_rank() OVER w, cume_dist() OVER w FROM pay WINDOW w AS (PARTITION BY team ORDER BY amount) ORDER BY id;
----
id | percent_rank | cume_dist
1 | 0.0 | 0.3333333333333333
2 | 0.5 | 1.0
3 | 0.5 | 1.0
4 | 0.0 | 0.5
5 | 1.0 | 1.0
6 | 0.0 | 1.0

SELECT id, lag(who) OVER w, lead(who, 2, 'none') OVER w, lag(amount, id - 1, -1) OVER w, lead(who, NULL) OVER w FROM pay WINDOW w AS (ORDER BY id) ORDER BY id;
----
id | lag | lead | lag | lead
1 | NULL | cat | 10 | NULL
2 | ann | dan | 10 | NULL
3 | bob | eve | 10 | NULL
4 | cat | fay | 10 | NULL
5 | dan | none | 10 | NULL
6 | eve | none | 10 | NULL

SELECT id, first_value(who) OVER w, last_value(who) OVER w, nth_value(who, 2) OVER w FROM pay WINDOW w AS (PARTITION BY team ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY id;
----
id | first_value | last_value | nth_value
1 | ann | cat | bob
2 | ann | cat | bob
3 | ann | cat | bob
4 | dan | eve | eve
5 | dan | eve | eve
6 | fay | fay | NULL

-- The usual frame ends with the last row that is like the one at hand.
SELECT id, sum(amount) OVER (ORDER BY amount), last_value(who) OVER (ORDER BY amount), count(*) OVER (), count(amount) OVER (PARTITION BY team) FROM pay ORDER BY id;
----
id | sum | last_value | count | count
1 | 22 | ann | 6 | 3
2 | 62 | cat | 6 | 3
3 | 62 | cat | 6 | 3
4 | 5 | dan | 6 | 1
5 | 62 | eve | 6 | 1
6 | 12 | fay | 6 | 1

-- Rows, groups, ranges.
SELECT id, sum(amount) OVER (ORDER BY id ROWS 1 PRECEDING), avg(share) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), min(who) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING), max(amount) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING) FROM pay ORDER BY id;
----
id | sum | avg | min | max
1 | 10 | 1.0 | bob | NULL
2 | 30 | 1.0 | cat | NULL
3 | 40 | 1.75 | dan | 10
4 | 25 | 1.125 | eve | 20
5 | 5 | 1.0833333333333333 | fay | 20
6 | 7 | 0.625 | NULL | 20

SELECT id, amount, count(*) OVER (ORDER BY amount RANGE BETWEEN 3 PRECEDING AND 2 FOLLOWING), count(*) OVER (ORDER BY amount DESC RANGE BETWEEN 3 PRECEDING AND 2 FOLLOWING), count(*) OVER (ORDER BY amount GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM pay ORDER BY id;
----
id | amount | count | count | count
1 | 10 | 2 | 1 | 2
2 | 20 | 2 | 2 | 3
3 | 20 | 2 | 2 | 3
4 | 5 | 2 | 2 | 1
5 | NULL | 1 | 1 | 3
6 | 7 | 2 | 3 | 2

SELECT id, share, sum(share) OVER (ORDER BY share RANGE BETWEEN 0.5 PRECEDING AND 0.5 FOLLOWING) FROM pay ORDER BY id;
----
id | share | sum
1 | 0.5 | 1.75
2 | 1.5 | 4.5
3 | NULL | NULL
4 | 2.0 | 3.5
5 | 0.25 | 0.75
6 | 1.0 | 3.0

-- A frame may leave rows out.
SELECT id, sum(amount) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW), sum(amount) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP), sum(amount) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES), sum(amount) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE NO OTHERS) FROM pay WINDOW w AS (ORDER BY team) ORDER BY id;
----
id | sum | sum | sum | sum
1 | 20 | NULL | 10 | 30
2 | 30 | NULL | 20 | 50
3 | 25 | 5 | 25 | 45
4 | 20 | 20 | 25 | 25
5 | 12 | 7 | 7 | 12
6 | NULL | NULL | 7 | 7

SELECT id, sum(amount) OVER (ORDER BY amount RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW), sum(amount) OVER (ORDER BY amount GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP), count(*) FILTER (WHERE amount > 5) OVER (ORDER BY amount ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES), first_value(who) OVER w FROM pay WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) ORDER BY id;
----
id | sum | sum | count | first_value
1 | 52 | 12 | 2 | bob
2 | 42 | 22 | 3 | ann
3 | 42 | 22 | 3 | bob
4 | 57 | NULL | 0 | cat
5 | 62 | 62 | 4 | dan
6 | 55 | 5 | 1 | eve

-- A window may go on from a named one.
SELECT id, sum(amount) OVER (w ORDER BY id), sum(amount) OVER w, count(*) OVER v FROM pay WINDOW w AS (PARTITION BY team), v AS (w ORDER BY id ROWS 1 PRECEDING) ORDER BY id;
----
id | sum | sum | count
1 | 10 | 50 | 1
2 | 30 | 50 | 2
3 | 50 | 50 | 2
4 | 5 | 5 | 1
5 | 5 | 5 | 2
6 | 7 | 7 | 1

-- Over groups, with a condition, and in a query around.
SELECT team, sum(amount), sum(sum(amount)) OVER (ORDER BY team), rank() OVER (ORDER BY count(*) DESC, team) FROM pay GROUP BY team ORDER BY team;
----
team | sum | sum | rank
a | 50 | 50 | 1
b | 5 | 55 | 2
c | 7 | 62 | 3

SELECT team, who FROM (SELECT team, who, row_number() OVER (PARTITION BY team ORDER BY amount DESC NULLS LAST, id) AS n FROM pay) AS ranked WHERE n = 1 AND team <> 'c' ORDER BY team;
----
team | who
a | bob
b | dan

EXPLAIN SELECT team, who FROM (SELECT team, who, row_number() OVER (PARTITION BY team ORDER BY amount DESC NULLS LAST, id) AS n FROM pay) AS ranked WHERE n = 1 AND team <> 'c' ORDER BY team;
----
QUERY PLAN
Project  (rows=10)
  Output: team, who
  ->  Sort  (rows=10)
        Sort Key: team
        ->  Filter  (rows=10)
              Condition: row_number() OVER (PARTITION BY team ORDER BY amount DESC, id) = 1
              ->  WindowPlan  (rows=990)
                    Partition Key: team
                    Order Key: amount DESC NULLS LAST, id
                    Functions: row_number()
                    ->  Sort  (rows=990)
                          Sort Key: team, amount DESC NULLS LAST, id
                          ->  SeqScan on pay  (rows=990)
                                Filter: team <> 'c'

SELECT id, amount - lag(amount) OVER (ORDER BY id) AS change FROM pay ORDER BY change NULLS LAST, id LIMIT 3;
----
id | change
4 | -15
3 | 0
2 | 10

SELECT DISTINCT count(*) OVER (PARTITION BY team) AS n FROM pay ORDER BY n;
----
n
1
2
3

SELECT id, (SELECT count(*) OVER () FROM pay AS q WHERE q.team = pay.team LIMIT 1) FROM pay ORDER BY id;
----
id | count
1 | 3
2 | 3
3 | 3
4 | 2
5 | 2
6 | 1

-- One order serves windows that ask for a part of it, and a scan may give it.
EXPLAIN SELECT sum(amount) OVER (PARTITION BY team ORDER BY id), avg(amount) OVER (PARTITION BY team ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES), count(*) OVER (PARTITION BY team) FROM pay;
----
QUERY PLAN
Project  (rows=1000)
  Output: sum(amount) OVER (PARTITION BY team ORDER BY id), avg(amount) OVER (PARTITION BY team ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES), count(*) OVER (PARTITION BY team)
  ->  WindowPlan  (rows=1000)
        Partition Key: team
        Functions: count(*)
        ->  WindowPlan  (rows=1000)
              Partition Key: team
              Order Key: id
              Functions: sum(amount), avg(amount) ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES
              ->  Sort  (rows=1000)
                    Sort Key: team, id
                    ->  SeqScan on pay  (rows=1000)

EXPLAIN SELECT lag(who) OVER (ORDER BY id), rank() OVER (ORDER BY lower(who) DESC) FROM pay;
----
QUERY PLAN
Project  (rows=1000)
  Output: lag(who) OVER (ORDER BY id), rank() OVER (ORDER BY lower(who) DESC)
  ->  WindowPlan  (rows=1000)
        Order Key: lower(who) DESC
        Functions: rank()
        ->  Sort  (rows=1000)
              Sort Key: lower(who) DESC
              ->  Project  (rows=1000)
                    Output: who, id, lag(who) OVER (ORDER BY id), lower(who)
                    ->  WindowPlan  (rows=1000)
                          Order Key: id
                          Functions: lag(who)
                          ->  SeqScan on pay  (rows=1000)

-- No rows.
SELECT row_number() OVER (ORDER BY id), sum(amount) OVER () FROM pay WHERE id > 9;
----
row_number | sum

-- Errors.
SELECT row_number() FROM pay;
----
error 42P20 at 1:8: window function row_number needs an OVER clause

SELECT id FROM pay WHERE row_number() OVER () = 1;
----
error 42P20 at 1:26: a window function is allowed in a select list and its ORDER BY, and not inside another

SELECT sum(sum(amount) OVER ()) OVER () FROM pay;
----
error 42P20 at 1:12: a window function is allowed in a select list and its ORDER BY, and not inside another

SELECT count(*) FROM pay GROUP BY rank() OVER ();
----
error 42P20 at 1:35: a window function is allowed in a select list and its ORDER BY, and not inside another

SELECT sum(amount) OVER nosuch FROM pay;
----
error 42704 at 1:25: window "nosuch" does not exist

SELECT sum(amount) OVER (w PARTITION BY id) FROM pay WINDOW w AS (ORDER BY id);
----
error 42P20 at 1:26: cannot change PARTITION BY of window "w"

SELECT sum(amount) OVER (w ROWS 1 PRECEDING) FROM pay WINDOW w AS (ORDER BY id ROWS 2 PRECEDING);
----
error 42P20 at 1:26: cannot copy the frame of window "w"

SELECT sum(amount) OVER (ORDER BY id ROWS -1 PRECEDING) FROM pay;
----
error 22013 at 1:44: the offset of a frame must not be negative

SELECT sum(amount) OVER (ORDER BY id ROWS NULL PRECEDING) FROM pay;
----
error 22013 at 1:43: the offset of a frame must not be NULL

SELECT sum(amount) OVER (ORDER BY id ROWS id PRECEDING) FROM pay;
----
error 42P10 at 1:43: an offset of ROWS must not read columns

SELECT sum(amount) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM pay;
----
error 42P20 at 1:8: a frame cannot end before its start

SELECT sum(amount) OVER (ORDER BY team, id RANGE 1 PRECEDING) FROM pay;
----
error 42P20 at 1:50: RANGE with an offset needs one ORDER BY key in the window

SELECT sum(amount) OVER (ORDER BY team RANGE 1 PRECEDING) FROM pay;
----
error 0A000 at 1:46: RANGE with an offset of INTEGER for a key of TEXT is not supported

SELECT sum(amount) OVER (GROUPS 1 PRECEDING) FROM pay;
----
error 42P20 at 1:8: GROUPS needs an ORDER BY in the window

SELECT count(DISTINCT amount) OVER () FROM pay;
----
error 0A000 at 1:8: DISTINCT or ORDER BY among the arguments of a window function is not supported

SELECT rank() FILTER (WHERE TRUE) OVER () FROM pay;
----
error 42P16 at 1:8: FILTER is for aggregates, and rank is none

SELECT lower(who) OVER () FROM pay;
----
error 42883 at 1:8: window function lower does not exist

SELECT ntile(0) OVER (), nth_value(id, 1) OVER () FROM pay;
----
error 22014: the argument of ntile must be greater than zero

SELECT nth_value(id, 0) OVER () FROM pay;
----
error 22016: the second argument of nth_value must be greater than zero

SELECT sum(9223372036854775807) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM pay;
----
error 22003: INTEGER value out of range
