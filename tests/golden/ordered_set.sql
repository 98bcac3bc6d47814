-- Aggregates of values in an order, and a few others.

CREATE TABLE s (g TEXT, x INTEGER, r REAL, d NUMERIC(6, 2), t TEXT, i INTERVAL, day DATE);
----
ok

INSERT INTO s VALUES
  ('a', 1, 1.5, 1.10, 'x', '1 hour', '2024-01-01'),
  ('a', 2, 2.5, 2.20, 'y', '3 hours', '2024-01-02'),
  ('a', 4, 9.0, 3.30, 'y', '1 day', '2024-01-02'),
  ('a', 7, NULL, 4.40, NULL, NULL, NULL),
  ('b', 5, 0.5, 5.50, 'z', '1 day', '2024-03-01'),
  ('b', NULL, NULL, NULL, NULL, NULL, NULL);
----
ok, 6 rows

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), percentile_disc(0.5) WITHIN GROUP (ORDER BY x), percentile_cont(0.25) WITHIN GROUP (ORDER BY r), percentile_cont(0.5) WITHIN GROUP (ORDER BY d) FROM s;
----
percentile_cont | percentile_disc | percentile_cont | percentile_cont
4.0 | 4 | 1.25 | 3.3

SELECT g, percentile_cont(0.5) WITHIN GROUP (ORDER BY x), percentile_disc(0.5) WITHIN GROUP (ORDER BY x DESC), mode() WITHIN GROUP (ORDER BY t), percentile_cont(0.5) WITHIN GROUP (ORDER BY i) FROM s GROUP BY g ORDER BY g;
----
g | percentile_cont | percentile_disc | mode | percentile_cont
a | 3.0 | 4 | y | 03:00:00
b | 5.0 | 5 | z | 1 day

SELECT percentile_cont(ARRAY[0, 0.25, 0.5, 1]) WITHIN GROUP (ORDER BY x), percentile_disc(ARRAY[0.1, NULL, 0.9]) WITHIN GROUP (ORDER BY t), percentile_disc('{{0,1},{0.5,0.75}}'::REAL[]) WITHIN GROUP (ORDER BY day) FROM s;
----
percentile_cont | percentile_disc | percentile_disc
{1,2,4,7} | {x,NULL,z} | {{2024-01-01,2024-03-01},{2024-01-02,2024-01-02}}

SELECT percentile_disc(1) WITHIN GROUP (ORDER BY t), percentile_disc(0) WITHIN GROUP (ORDER BY t), percentile_cont(NULL) WITHIN GROUP (ORDER BY x), percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FILTER (WHERE x > 3), mode() WITHIN GROUP (ORDER BY x) FROM s;
----
percentile_disc | percentile_disc | percentile_cont | percentile_cont | mode
z | x | NULL | 5.0 | 1

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), mode() WITHIN GROUP (ORDER BY x), median(x), percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY x) FROM s WHERE FALSE;
----
percentile_cont | mode | median | percentile_cont
NULL | NULL | NULL | NULL

SELECT g, median(x), median(r), median(i) FROM s GROUP BY g HAVING median(x) > 1 ORDER BY median(x) DESC;
----
g | median | median | median
b | 5.0 | 0.5 | 1 day
a | 3.0 | 2.5 | 03:00:00

SELECT mode() WITHIN GROUP (ORDER BY t DESC), mode() WITHIN GROUP (ORDER BY day) FROM s;
----
mode | mode
y | 2024-01-02

EXPLAIN SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x DESC), mode() WITHIN GROUP (ORDER BY t) FROM s;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: percentile_cont(0.5) WITHIN GROUP (ORDER BY x DESC), mode() WITHIN GROUP (ORDER BY t)
  ->  SeqScan on s  (rows=1000)

SELECT total(x), total(r), total(d), total(x) FILTER (WHERE x > 100) FROM s;
----
total | total | total | total
19.0 | 13.5 | 16.5 | 0.0

SELECT g, total(x) OVER (PARTITION BY g) FROM s WHERE x IS NULL OR x < 3 ORDER BY g, x;
----
g | total
a | 3.0
a | 3.0
b | 0.0

SELECT total(x) FROM s WHERE FALSE;
----
total
0.0

SELECT approx_count_distinct(x), approx_count_distinct(t), approx_count_distinct(x) FILTER (WHERE FALSE) FROM s;
----
approx_count_distinct | approx_count_distinct | approx_count_distinct
5 | 3 | 0

SELECT abs(approx_count_distinct(n % 5000) - 5000) < 250 FROM generate_series(1, 20000) AS n;
----
column1
true

SELECT string_agg(DISTINCT t, ','), group_concat(DISTINCT t) FROM (VALUES ('b'), ('a'), ('b')) AS v (t);
----
string_agg | group_concat
a,b | b,a

SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY x) FROM s;
----
error 22003: percentile value 1.5 is not between 0 and 1

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM s;
----
error 42883 at 1:52: function percentile_cont(TEXT) does not exist
hint: convert the arguments with CAST

SELECT percentile_cont('a') WITHIN GROUP (ORDER BY x) FROM s;
----
error 22P02 at 1:24: invalid input for type REAL: "a"

SELECT percentile_cont(0.5) FROM s;
----
error 42809 at 1:8: percentile_cont takes WITHIN GROUP (ORDER BY …)

SELECT percentile_cont() WITHIN GROUP (ORDER BY x) FROM s;
----
error 42883 at 1:8: function percentile_cont does not take 0 arguments

SELECT percentile_cont(x) WITHIN GROUP (ORDER BY x) FROM s;
----
error 0A000 at 1:24: a fraction that is not constant is not supported

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x, r) FROM s;
----
error 0A000 at 1:8: percentile_cont with an order of several keys is not supported

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) OVER () FROM s;
----
error 0A000 at 1:8: OVER for ordered-set aggregate percentile_cont is not supported

SELECT sum(x) WITHIN GROUP (ORDER BY x) FROM s;
----
error 42809 at 1:8: sum is not an ordered-set aggregate, so it cannot have WITHIN GROUP

SELECT abs(x) WITHIN GROUP (ORDER BY x) FROM s;
----
error 42809 at 1:8: abs is not an ordered-set aggregate, so it cannot have WITHIN GROUP

SELECT rank(3) WITHIN GROUP (ORDER BY x) FROM s;
----
error 0A000 at 1:8: hypothetical-set aggregate rank is not supported

SELECT mode(DISTINCT x) WITHIN GROUP (ORDER BY x) FROM s;
----
error 42601 at 1:8: syntax error: DISTINCT, ORDER BY and * do not go with WITHIN GROUP

SELECT total('a') FROM s;
----
error 22P02 at 1:14: invalid input for type REAL: "a"

SELECT median(t) FROM s;
----
error 42883 at 1:15: function median(TEXT) does not exist
hint: convert the arguments with CAST
