-- Arrays as PostgreSQL has them: literals, parts, comparison, functions, indexes.

CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER[], words TEXT[3], r REAL ARRAY, d NUMERIC(6, 2)[]);
----
ok

INSERT INTO t VALUES
  (1, '{1,2,3}', '{"a b",NULL,"null",""}', '{1.5,2}', ARRAY[1.005, 2]),
  (2, ARRAY[3, NULL], ARRAY['x', 'y'], ARRAY[1, 2], '{1,2.125}'),
  (3, '{}', '{{a,b},{c,d}}', NULL, NULL),
  (4, NULL, '[0:1]={p,q}', ARRAY[]::REAL[], '{}');
----
ok, 4 rows

SELECT * FROM t ORDER BY id;
----
id | n | words | r | d
1 | {1,2,3} | {"a b",NULL,"null",""} | {1.5,2} | {1.01,2.00}
2 | {3,NULL} | {x,y} | {1,2} | {1.00,2.13}
3 | {} | {{a,b},{c,d}} | NULL | NULL
4 | NULL | [0:1]={p,q} | {} | {}

SELECT id, n[1], n[2], n[4], words[1], words[2][1], words[0] FROM t ORDER BY id;
----
id | n | n | n | words | words | words
1 | 1 | 2 | NULL | a b | NULL | NULL
2 | 3 | NULL | NULL | x | NULL | NULL
3 | NULL | NULL | NULL | NULL | c | NULL
4 | NULL | NULL | NULL | q | NULL | p

SELECT id, n[2:], n[:2], words[1:1], words[2:2][1:1], words[:][2] FROM t ORDER BY id;
----
id | n | n | words | words | words
1 | {2,3} | {1,2} | {"a b"} | {} | {}
2 | {NULL} | {3,NULL} | {x} | {} | {}
3 | {} | {} | {{a,b}} | {{c}} | {{a,b},{c,d}}
4 | NULL | NULL | {q} | {} | {}

SELECT n[id], n[id:id + 1], (n || 9)[1], (ARRAY[7, 8])[2] FROM t ORDER BY id;
----
n | n | column3 | array
1 | {1,2} | 1 | 8
NULL | {NULL} | 3 | 8
NULL | {} | 9 | 8
NULL | NULL | 9 | 8

SELECT n[NULL], n[1:NULL], n[9223372036854775807], n[-1:100] FROM t WHERE id = 1;
----
n | n | n | n
NULL | NULL | NULL | {1,2,3}

-- As text, and back.

SELECT '{1, 2 ,NULL}'::INTEGER[], '{"a\"b","c\\d",e f, NULL ,"NULL",{}}'::TEXT[];
----
error 22P02 at 1:35: malformed array literal: "{"a\"b","c\\d",e f, NULL ,"NULL",{}}"

SELECT '{"a\"b","c\\d",e f, NULL ,"NULL"}'::TEXT[], '{"a,b","{x}"," "}'::TEXT[], '{{1,2},{3,4}}'::INTEGER[], '{{},{}}'::INTEGER[];
----
column1 | column2 | column3 | column4
{"a\"b","c\\d","e f",NULL,"NULL"} | {"a,b","{x}"," "} | {{1,2},{3,4}} | {}

SELECT ARRAY[1, 2]::TEXT, ARRAY['a', NULL, '']::TEXT || '!', ARRAY[TRUE, FALSE], ARRAY[X'00ff'], ARRAY[DATE '2024-02-29', NULL], ARRAY[INTERVAL '1 day', '2 hours'];
----
array | column2 | array | array | array | array
{1,2} | {a,NULL,""}! | {t,f} | {"\\x00ff"} | {2024-02-29,NULL} | {"1 day",02:00:00}

SELECT ARRAY[1.5, 2.25]::INTEGER[], '{1,2}'::INTEGER[]::REAL[], ARRAY['1', '2']::INTEGER[], ARRAY[1, 2]::TEXT[], ARRAY['abcdef', 'xy']::VARCHAR(3)[], '{1.005,2}'::NUMERIC(5, 2)[];
----
array | column2 | array | array | array | column6
{2,2} | {1,2} | {1,2} | {1,2} | {abc,xy} | {1.01,2.00}

SELECT '{1,2'::INTEGER[];
----
error 22P02 at 1:8: malformed array literal: "{1,2"

SELECT '{1,x}'::INTEGER[];
----
error 22P02 at 1:8: invalid input for type INTEGER: "x"

SELECT '{{1,2},{3}}'::INTEGER[];
----
error 22P02 at 1:8: malformed array literal: "{{1,2},{3}}"

SELECT '[1:2]={1,2,3}'::INTEGER[];
----
error 22P02 at 1:8: malformed array literal: "[1:2]={1,2,3}"

SELECT ARRAY[];
----
error 42P18: cannot determine type of empty array
hint: say it with a cast: ARRAY[]::INTEGER[]

SELECT ARRAY[]::INTEGER[], ARRAY[NULL], ARRAY[NULL]::INTEGER[], ARRAY[[1, 2], [3, 4]], ARRAY[n, n] FROM t WHERE id = 1;
----
array | array | array | array | array
{} | {NULL} | {NULL} | {{1,2},{3,4}} | {{1,2,3},{1,2,3}}

SELECT ARRAY[[1, 2], [3]];
----
error 2202E at 1:15: multidimensional arrays must have array expressions with matching dimensions

SELECT ARRAY[1, 'x'];
----
error 22P02 at 1:17: invalid input for type INTEGER: "x"

SELECT ARRAY[1, TRUE];
----
error 42804 at 1:17: ARRAY: INTEGER and BOOLEAN do not go together
hint: convert one side with CAST

SELECT ARRAY['[1,2]'::VECTOR(2)];
----
error 0A000 at 1:14: an array of VECTOR(2) is not supported

SELECT [1, 2];
----
error 0A000 at 1:9: […] without ARRAY before it (a vector is written '[1, 2]') is not supported

SELECT id[1] FROM t;
----
error 42804 at 1:8: cannot subscript type INTEGER, which is no array

CREATE TABLE bad (v VECTOR(2)[]);
----
error 0A000 at 1:19: an array of VECTOR(2) is not supported

INSERT INTO t (id, n) VALUES (9, ARRAY['a']);
----
error 42804 at 1:40: column "n" is INTEGER[], the value TEXT[]
hint: convert it with CAST

INSERT INTO t (id, n) VALUES (9, '{a}');
----
error 22P02 at 1:34: invalid input for type INTEGER: "a"

INSERT INTO t (id, n) VALUES (9, ARRAY[1.5]);
----
error 22003 at 1:40: 1.5 is not exact as INTEGER
hint: CAST rounds it

INSERT INTO t (id, d) VALUES (9, ARRAY[12345.5]);
----
error 22003 at 1:40: NUMERIC(6,2) out of range

SELECT typeof(n), typeof(words), quote(words) FROM t WHERE id = 1;
----
typeof | typeof | quote
integer[] | text[] | '{"a b",NULL,"null",""}'

-- Comparison and order: by elements, then by length; NULL is above all.

SELECT ARRAY[1, 2] = ARRAY[1, 2], ARRAY[1, 2] = ARRAY[2, 1], ARRAY[1, 2] < ARRAY[1, 3], ARRAY[1, 2] < ARRAY[1, 2, 3], ARRAY[1, NULL] = ARRAY[1, NULL], ARRAY[1, NULL] > ARRAY[1, 5];
----
column1 | column2 | column3 | column4 | column5 | column6
true | false | true | true | true | true

SELECT ARRAY[1, 2] = '{1,2}', ARRAY[1, 2] <> '{1}', '{a}' = ARRAY['a'], ARRAY[[1, 2]] = ARRAY[1, 2], '[0:1]={1,2}' = ARRAY[1, 2], ARRAY[1, 2] IS DISTINCT FROM NULL;
----
column1 | column2 | column3 | column4 | column5 | column6
true | true | true | false | false | true

SELECT ARRAY[1] = ARRAY['a'];
----
error 42804 at 1:25: =: INTEGER[] and TEXT[] do not go together
hint: convert one side with CAST

SELECT ARRAY[1] = 1;
----
error 42804 at 1:19: =: INTEGER[] and INTEGER do not go together
hint: convert one side with CAST

SELECT n FROM t ORDER BY n;
----
n
{}
{1,2,3}
{3,NULL}
NULL

SELECT words FROM t ORDER BY words DESC;
----
words
{x,y}
[0:1]={p,q}
{"a b",NULL,"null",""}
{{a,b},{c,d}}

CREATE TABLE g (k INTEGER[], v INTEGER);
----
ok

INSERT INTO g VALUES ('{1,2}', 1), ('{2,1}', 2), ('{1,2}', 3), (NULL, 4), ('{}', 5), ('{}', 6), ('[0:1]={1,2}', 7), ('{1,2}', NULL);
----
ok, 8 rows

SELECT k, count(*), sum(v) FROM g GROUP BY k ORDER BY k;
----
k | count | sum
{} | 2 | 11
[0:1]={1,2} | 1 | 7
{1,2} | 3 | 4
{2,1} | 1 | 2
NULL | 1 | 4

SELECT DISTINCT k FROM g ORDER BY k;
----
k
{}
[0:1]={1,2}
{1,2}
{2,1}
NULL

SELECT a.v, b.v FROM g a JOIN g b ON a.k = b.k AND a.v < b.v ORDER BY 1, 2;
----
v | v
1 | 3
5 | 6

SELECT min(k), max(k), count(DISTINCT k) FROM g;
----
min | max | count
{} | {2,1} | 4

SELECT k FROM g UNION SELECT ARRAY[7] ORDER BY 1;
----
k
{}
[0:1]={1,2}
{1,2}
{2,1}
{7}
NULL

-- Indexes on arrays.

CREATE INDEX g_k ON g (k);
----
ok

EXPLAIN SELECT v FROM g WHERE k = '{1,2}';
----
QUERY PLAN
IndexScan on g using g_k  (rows=10)
  Index Cond: k = '{1,2}'

SELECT v FROM g WHERE k = '{1,2}' ORDER BY v;
----
v
1
3
NULL

SELECT v FROM g WHERE k > '{1}' AND k < '{2}' ORDER BY k, v;
----
v
7
1
3
NULL

SELECT k, v FROM g WHERE k >= ARRAY[1, 2] ORDER BY k DESC, v;
----
k | v
{2,1} | 2
{1,2} | 1
{1,2} | 3
{1,2} | NULL

EXPLAIN SELECT k FROM g ORDER BY k LIMIT 2;
----
QUERY PLAN
Limit  (rows=2)
  Limit: 2
  ->  IndexOnlyScan on g using g_k  (rows=1000)

SELECT k FROM g ORDER BY k LIMIT 2;
----
k
{}
{}

CREATE TABLE u (k TEXT[] PRIMARY KEY, c VARCHAR(3)[] CHECK (array_length(c, 1) < 3) DEFAULT '{x,y}');
----
ok

INSERT INTO u (k) VALUES ('{a}'), ('{a,b}'), ('{}');
----
ok, 3 rows

INSERT INTO u (k) VALUES (ARRAY['a', 'b']);
----
error 23505: duplicate key value violates unique constraint "u_pkey": key (k)=({a,b}) already exists

INSERT INTO u VALUES ('{c}', '{1,2,3}');
----
error 23514: a row of table "u" violates check constraint "u_c_check"

INSERT INTO u VALUES ('{c}', '{abcd}');
----
error 22001: column "c" of table "u": the text has more than 3 characters

INSERT INTO u VALUES ('{c}', '{"abc  "}') ON CONFLICT DO NOTHING;
----
ok, 1 row

INSERT INTO u VALUES ('{a}', '{z}') ON CONFLICT (k) DO UPDATE SET c = u.c || excluded.c[1:1] || 'w';
----
error 22P02 at 1:97: malformed array literal: "w"

INSERT INTO u VALUES ('{a}', '{z}') ON CONFLICT (k) DO UPDATE SET c = excluded.c || u.c[1];
----
ok, 1 row

SELECT * FROM u ORDER BY k;
----
k | c
{} | {x,y}
{a} | {z,x}
{a,b} | {x,y}
{c} | {abc}

-- ANY and ALL.

SELECT 2 = ANY (ARRAY[1, 2]), 3 = ANY ('{1,2}'), 3 <> ALL (ARRAY[1, 2]), 3 = ANY (ARRAY[1, NULL]), 1 = ANY (ARRAY[1, NULL]), 5 > ALL (ARRAY[1, 2]), 2 < ANY ('{1,2}'::INTEGER[]);
----
column1 | column2 | column3 | column4 | column5 | column6 | column7
true | false | true | NULL | true | true | false

SELECT NULL = ANY (ARRAY[1]), NULL = ANY ('{}'::INTEGER[]), 1 = ALL ('{}'::INTEGER[]), 1 = ANY (NULL::INTEGER[]), 2 = ANY (ARRAY[[1, 2], [3, 4]]), 'a' = ANY ('{a,b}');
----
column1 | column2 | column3 | column4 | column5 | column6
NULL | false | true | NULL | true | true

SELECT id FROM t WHERE 3 = ANY (n) ORDER BY id;
----
id
1
2

SELECT id FROM t WHERE 'x' = ANY (words) OR id <> ALL (n) ORDER BY id;
----
id
2
3

SELECT id FROM t WHERE id = ANY (ARRAY[4, 2, 2, NULL]) ORDER BY id;
----
id
2
4

EXPLAIN SELECT id FROM t WHERE id = ANY (ARRAY[4, 2]);
----
QUERY PLAN
PkLookup on t  (rows=2)
  Key: id IN (4, 2)

EXPLAIN SELECT id FROM t WHERE id = ANY ('{4,2}');
----
QUERY PLAN
PkLookup on t  (rows=2)
  Key: id IN (4, 2)

EXPLAIN SELECT id FROM t WHERE id = ANY (ARRAY(SELECT v FROM g));
----
QUERY PLAN
Init  (rows=10)
  Answer: $1 = the value
  ->  PkLookup on t  (rows=10)
        Key: id = ANY ($1)
  ->  Project  (rows=1)
        Output: CASE WHEN array_agg(element) IS NOT NULL THEN array_agg(element) ELSE '{}' END
        ->  HashAggregate  (rows=1)
              Aggregates: array_agg(v)
              ->  SeqScan on g  (rows=1000)

SELECT id FROM t WHERE id = ANY (ARRAY(SELECT v FROM g)) ORDER BY id;
----
id
1
2
3
4

EXPLAIN SELECT v FROM g WHERE k = '{1,2}' AND v = ANY (SELECT id FROM t);
----
QUERY PLAN
Project  (rows=10)
  Output: v
  ->  HashJoin  (rows=10)
        Hash Cond: id = v
        ->  HashAggregate  (rows=1000)
              Group Key: id
              ->  Project  (rows=1000)
                    Output: id
                    ->  SeqScan on t  (rows=1000)
        ->  IndexScan on g using g_k  (rows=10)
              Index Cond: k = '{1,2}'

SELECT 1.0 = ANY ('{1,2}'::INTEGER[]), 1 = ANY (ARRAY[1.5, 1.0]), 0.1 = ANY ('{0.1}'::NUMERIC[]), DATE '2024-01-01' = ANY (ARRAY[TIMESTAMP '2024-01-01']);
----
column1 | column2 | column3 | column4
true | true | true | true

SELECT 1 = ANY (2);
----
error 42809 at 1:17: = ANY takes an array or a query, not INTEGER

SELECT 'a' = ANY (ARRAY[1]);
----
error 22P02 at 1:8: invalid input for type INTEGER: "a"

SELECT TRUE = ANY (ARRAY[1]);
----
error 42804 at 1:26: ANY: BOOLEAN and INTEGER do not go together
hint: convert one side with CAST

-- Operators.

SELECT ARRAY[1, 2] || ARRAY[3], ARRAY[1, 2] || 3, 0 || ARRAY[1], ARRAY[1] || '{2,3}', ARRAY[1] || NULL, NULL::INTEGER[] || 1, ARRAY[1, 2] || ARRAY[[3, 4]], ARRAY[[1, 2]] || ARRAY[[3, 4]];
----
column1 | column2 | column3 | column4 | column5 | column6 | column7 | column8
{1,2,3} | {1,2,3} | {0,1} | {1,2,3} | {1} | {1} | {{1,2},{3,4}} | {{1,2},{3,4}}

SELECT ARRAY[1] || 2.5, ARRAY['a'] || 'b'::TEXT, 'a'::TEXT || ARRAY['b'];
----
column1 | column2 | column3
{1,2.5} | {a,b} | {a,b}

SELECT ARRAY[1] || 'x';
----
error 22P02 at 1:20: malformed array literal: "x"

SELECT ARRAY[1] || TRUE;
----
error 42804 at 1:14: operator does not exist: INTEGER[] || BOOLEAN

SELECT ARRAY[[1, 2]] || ARRAY[1, 2, 3];
----
error 2202E at 1:15: cannot concatenate incompatible arrays of dimensions [1, 2] and [3]

SELECT ARRAY[1, 2, 3] @> ARRAY[3, 1], ARRAY[1, 2] @> ARRAY[4], ARRAY[2] <@ ARRAY[1, 2], ARRAY[1, 2] && ARRAY[2, 3], ARRAY[1] && ARRAY[2], ARRAY[1] @> '{}', '{}' <@ ARRAY[1], ARRAY[1, NULL] @> ARRAY[NULL]::INTEGER[], NULL::INTEGER[] && ARRAY[1];
----
arraycontains | arraycontains | arraycontained | arrayoverlap | arrayoverlap | arraycontains | arraycontained | arraycontains | arrayoverlap
true | false | true | true | false | true | true | false | NULL

SELECT id FROM t WHERE n @> ARRAY[3] AND NOT n && '{1}' ORDER BY id;
----
id
2

SELECT ARRAY[1] @> 1;
----
error 42883 at 1:14: function arraycontains(INTEGER[], INTEGER) does not exist
hint: convert the arguments with CAST

-- Functions.

SELECT array_length(n, 1), array_length(words, 2), array_ndims(words), array_dims(words), array_lower(words, 1), array_upper(words, 1), cardinality(words) FROM t ORDER BY id;
----
array_length | array_length | array_ndims | array_dims | array_lower | array_upper | cardinality
3 | NULL | 1 | [1:4] | 1 | 4 | 4
2 | NULL | 1 | [1:2] | 1 | 2 | 2
NULL | 2 | 2 | [1:2][1:2] | 1 | 2 | 4
NULL | NULL | 1 | [0:1] | 0 | 1 | 2

SELECT array_append(ARRAY[1], 2), array_prepend(0, ARRAY[1]), array_cat(ARRAY[1], ARRAY[2, 3]), array_append(NULL, 1), array_append(NULL::INTEGER[], NULL), array_cat(NULL::INTEGER[], NULL), array_append('{}'::TEXT[], 'x');
----
array_append | array_prepend | array_cat | array_append | array_append | array_cat | array_append
{1,2} | {0,1} | {1,2,3} | {1} | {NULL} | NULL | {x}

SELECT array_remove(ARRAY[1, 2, 1, NULL], 1), array_remove(ARRAY[1, NULL], NULL), array_replace(ARRAY[1, 2, 1], 1, 9), array_replace(ARRAY[[1, NULL]], NULL, 0), array_remove('{a,b}'::TEXT[], 'a');
----
array_remove | array_remove | array_replace | array_replace | array_remove
{2,NULL} | {1} | {9,2,9} | {{1,0}} | {b}

SELECT array_position(ARRAY['a', 'b', 'a'], 'a'), array_position(ARRAY['a', 'b', 'a'], 'a', 2), array_position(ARRAY[1, NULL], NULL), array_position(ARRAY[1], 2), array_positions(ARRAY[1, 2, 1], 1), array_positions(ARRAY[1], 2), array_position('[0:1]={5,6}'::INTEGER[], 6);
----
array_position | array_position | array_position | array_position | array_positions | array_positions | array_position
1 | 3 | 2 | NULL | {1,3} | {} | 1

SELECT array_to_string(ARRAY[1, NULL, 3], ','), array_to_string(ARRAY[1, NULL, 3], ',', '*'), array_to_string(ARRAY[[1, 2], [3, 4]], '/'), array_to_string('{}'::TEXT[], ','), array_to_string(ARRAY[TRUE], ','), array_to_string(NULL::INTEGER[], ',');
----
array_to_string | array_to_string | array_to_string | array_to_string | array_to_string | array_to_string
1,3 | 1,*,3 | 1/2/3/4 | '' | t | NULL

SELECT string_to_array('a,b,,c', ','), string_to_array('a,b', NULL), string_to_array('abc', ''), string_to_array('', ','), string_to_array('a,-,b', ',', '-'), string_to_array(NULL, ',');
----
string_to_array | string_to_array | string_to_array | string_to_array | string_to_array | string_to_array
{a,b,"",c} | {a,",",b} | {abc} | {} | {a,NULL,b} | NULL

SELECT array_fill(7, ARRAY[3]), array_fill(0, '{2,2}'), array_fill('x'::TEXT, ARRAY[2], ARRAY[5]), array_fill(NULL::INTEGER, ARRAY[2]), array_fill(1, ARRAY[0]);
----
array_fill | array_fill | array_fill | array_fill | array_fill
{7,7,7} | {{0,0},{0,0}} | [5:6]={x,x} | {NULL,NULL} | {}

SELECT trim_array(ARRAY[1, 2, 3], 2), trim_array('{}'::INTEGER[], 0), array_sort(ARRAY[3, 1, NULL, 2]), array_sort(ARRAY[3, 1, NULL, 2], TRUE), array_sort(ARRAY['b', NULL, 'a'], FALSE, TRUE), array_reverse(ARRAY[1, 2, 3]), array_reverse('{{1,2},{3,4}}'::INTEGER[]), array_sort('{{3,4},{1,2}}'::INTEGER[]);
----
trim_array | trim_array | array_sort | array_sort | array_sort | array_reverse | array_reverse | array_sort
{1} | {} | {1,2,3,NULL} | {NULL,3,2,1} | {NULL,a,b} | {3,2,1} | {{3,4},{1,2}} | {{1,2},{3,4}}

SELECT array_fill(1, NULL);
----
error 22004 at 1:8: dimension array or low bound array cannot be null

SELECT array_fill(1, ARRAY[NULL]::INTEGER[]);
----
error 22004 at 1:8: dimension values cannot be null

SELECT array_fill(1, ARRAY[2147483647]);
----
error 54000 at 1:8: array size exceeds the maximum allowed (134217727)

SELECT trim_array(ARRAY[1], 2);
----
error 2202E at 1:8: number of elements to trim must be between 0 and 1

SELECT array_append(ARRAY[[1]], 2);
----
error 22000 at 1:8: argument must be empty or one-dimensional array

SELECT array_remove(ARRAY[[1]], 1);
----
error 0A000 at 1:8: removing elements from multidimensional arrays is not supported

SELECT array_length(1, 1);
----
error 42883 at 1:8: function array_length(INTEGER) does not exist
hint: convert the arguments with CAST

SELECT array_append(ARRAY[1], TRUE);
----
error 42883 at 1:8: function array_append(INTEGER[], BOOLEAN) does not exist
hint: convert the arguments with CAST

SELECT array_ndims(NULL), cardinality('{1,2}');
----
array_ndims | cardinality
NULL | 2

SELECT greatest(ARRAY[1], ARRAY[2]), coalesce(NULL, ARRAY[1]), CASE WHEN TRUE THEN ARRAY[1] ELSE ARRAY[2.5] END, concat(ARRAY[1, 2], 'x');
----
greatest | coalesce | case | concat
{2} | {1} | {1} | {1,2}x

-- ARRAY(query), array_agg.

SELECT ARRAY(SELECT v FROM g WHERE v IS NOT NULL ORDER BY v DESC), ARRAY(SELECT v FROM g WHERE FALSE), ARRAY(SELECT ARRAY[v, v + 1] FROM g WHERE v < 3 ORDER BY v);
----
array | array | array
{7,6,5,4,3,2,1} | {} | {{1,2},{2,3}}

SELECT id, ARRAY(SELECT v FROM g WHERE v > t.id AND v < 6 ORDER BY v) FROM t ORDER BY id;
----
id | array
1 | {2,3,4,5}
2 | {3,4,5}
3 | {4,5}
4 | {5}

SELECT array_agg(v), array_agg(v ORDER BY v DESC), array_agg(DISTINCT v), array_agg(v ORDER BY v) FILTER (WHERE v > 5 OR v IS NULL), array_agg(v) FILTER (WHERE FALSE) FROM (VALUES (6), (3), (NULL), (6), (7)) AS x (v);
----
array_agg | array_agg | array_agg | array_agg | array_agg
{6,3,NULL,6,7} | {NULL,7,6,6,3} | {3,6,7,NULL} | {6,6,7,NULL} | NULL

SELECT k, array_agg(v ORDER BY v) FROM g GROUP BY k ORDER BY k;
----
k | array_agg
{} | {5,6}
[0:1]={1,2} | {7}
{1,2} | {1,3,NULL}
{2,1} | {2}
NULL | {4}

SELECT array_agg(k ORDER BY v) FROM g WHERE v IN (1, 2);
----
array_agg
{{1,2},{2,1}}

SELECT array_agg(k) FROM g WHERE v IN (1, 5);
----
error 2202E: cannot accumulate empty arrays

SELECT array_agg(k) FROM g WHERE k IS NULL;
----
error 22004: cannot accumulate null arrays

SELECT array_agg(v) FROM g WHERE FALSE;
----
array_agg
NULL

SELECT v, array_agg(v) OVER (ORDER BY v), array_agg(v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW), array_agg(v) FILTER (WHERE v % 2 = 1) OVER (ORDER BY v) FROM g WHERE v < 5 ORDER BY v;
----
v | array_agg | array_agg | array_agg
1 | {1} | {2} | {1}
2 | {1,2} | {1,3} | {1}
3 | {1,2,3} | {2,4} | {1,3}
4 | {1,2,3,4} | {3} | {1,3}

SELECT array_agg('[1]'::VECTOR(1));
----
error 42883 at 1:18: function array_agg(VECTOR(1)) does not exist
hint: convert the arguments with CAST

-- unnest.

SELECT * FROM unnest(ARRAY[1, 2, NULL]);
----
unnest
1
2
NULL

SELECT * FROM unnest(ARRAY[1, 2, 3], ARRAY['a', 'b']) WITH ORDINALITY AS x (n, w, o);
----
n | w | o
1 | a | 1
2 | b | 2
3 | NULL | 3

SELECT * FROM unnest('{{1,2},{3,4}}'::INTEGER[]) AS x WHERE x > 1 ORDER BY x DESC;
----
x
4
3
2

SELECT id, w, ordinality FROM t, unnest(words) WITH ORDINALITY AS w ORDER BY id, ordinality;
----
id | w | ordinality
1 | a b | 1
1 | NULL | 2
1 | null | 3
1 | '' | 4
2 | x | 1
2 | y | 2
3 | a | 1
3 | b | 2
3 | c | 3
3 | d | 4
4 | p | 1
4 | q | 2

SELECT id, x FROM t LEFT JOIN LATERAL unnest(n) AS u (x) ON TRUE ORDER BY id, x;
----
id | x
1 | 1
1 | 2
1 | 3
2 | 3
2 | NULL
3 | NULL
4 | NULL

SELECT id, x.* FROM t CROSS JOIN unnest(n, words) AS x (a, b) WHERE id < 3 ORDER BY id, a, b;
----
id | a | b
1 | 1 | a b
1 | 2 | NULL
1 | 3 | null
1 | NULL | ''
2 | 3 | x
2 | NULL | y

SELECT t.id, s FROM t, generate_series(1, t.id) AS s WHERE t.id < 4 ORDER BY 1, 2;
----
id | s
1 | 1
2 | 1
2 | 2
3 | 1
3 | 2
3 | 3

SELECT s, ordinality FROM generate_series(5, 7) WITH ORDINALITY AS s;
----
s | ordinality
5 | 1
6 | 2
7 | 3

SELECT sum(x) FROM unnest(NULL::INTEGER[]) AS x;
----
sum
NULL

SELECT id, (SELECT sum(x) FROM unnest(n) AS x), EXISTS (SELECT 1 FROM unnest(words) AS w WHERE w = 'x') FROM t ORDER BY id;
----
id | sum | exists
1 | 6 | false
2 | 3 | true
3 | NULL | false
4 | NULL | false

SELECT unnest(ARRAY[1]);
----
error 42883 at 1:8: function unnest does not exist

SELECT * FROM unnest('{1}');
----
error 42883 at 1:22: unnest takes arrays, not TEXT
hint: say the type of the array with a cast: unnest('{1,2}'::INTEGER[])

SELECT * FROM unnest(1);
----
error 42883 at 1:22: unnest takes arrays, not INTEGER
hint: say the type of the array with a cast: unnest('{1,2}'::INTEGER[])

SELECT * FROM unnest();
----
error 42601 at 1:22: syntax error: expected an expression, found )

SELECT * FROM unnest(t.n), t;
----
error 42P01 at 1:22: FROM has no table "t"

SELECT * FROM t RIGHT JOIN unnest(t.n) AS x ON TRUE;
----
error 42P10 at 1:35: LATERAL reads rows of the left side, of which a RIGHT or FULL JOIN may have none

-- Parts that are assigned.

UPDATE t SET n[2] = 20, words[1:2] = ARRAY['A', 'B'] WHERE id = 1 RETURNING n, words;
----
n | words
{1,20,3} | {A,B,"null",""}

UPDATE t SET n[5] = 5 WHERE id = 2 RETURNING n;
----
n
{3,NULL,NULL,NULL,5}

UPDATE t SET n[1] = id, n[3] = n[1] WHERE id >= 3 RETURNING id, n;
----
id | n
3 | {3,NULL,NULL}
4 | {4,NULL,NULL}

UPDATE t SET words[1][2] = 'Z', r[2] = 1 WHERE id = 3 RETURNING words, r;
----
words | r
{{a,Z},{c,d}} | [2:2]={1}

UPDATE t SET d[1] = 7.125 WHERE id = 1 RETURNING d;
----
d
{7.13,2.00}

UPDATE t SET n[1:2] = '{8,9}' FROM g WHERE g.v = t.id AND t.id = 1 RETURNING n;
----
n
{8,9,3}

INSERT INTO t (id, n) VALUES (1, '{5}') ON CONFLICT (id) DO UPDATE SET n[1] = excluded.n[1], n[2] = t.n[1] RETURNING n;
----
n
{5,8,3}

UPDATE t SET words[3] = 'x' WHERE id = 3;
----
error 2202E at 1:14: wrong number of array subscripts

UPDATE t SET words[3][1] = 'x' WHERE id = 3;
----
error 2202E at 1:14: array subscript out of range

UPDATE t SET n[1:3] = '{1}' WHERE id = 1;
----
error 2202E at 1:14: source array too small

UPDATE t SET n[NULL] = 1 WHERE id = 1;
----
error 22004 at 1:14: array subscript in assignment must not be null

UPDATE t SET n[1] = 'x' WHERE id = 1;
----
error 22P02 at 1:21: invalid input for type INTEGER: "x"

UPDATE t SET n[1] = TRUE WHERE id = 1;
----
error 42804 at 1:21: the part that is assigned is INTEGER, the value BOOLEAN
hint: convert it with CAST

UPDATE t SET id[1] = 1;
----
error 42804 at 1:14: cannot subscript type INTEGER, which is no array

UPDATE t SET n = '{1}', n[2] = 2;
----
error 42701 at 1:25: column "n" is named more than once

SELECT id FROM t WHERE id = 1, n[1] = 2;
----
error 42601 at 1:30: syntax error: unexpected ,

-- Changing tables, views, and what is written away.

ALTER TABLE t ADD COLUMN tags TEXT[] NOT NULL DEFAULT '{new}';
----
ok

ALTER TABLE t ALTER COLUMN n TYPE TEXT[] USING n::TEXT[];
----
ok

ALTER TABLE t ALTER COLUMN n TYPE TEXT;
----
ok

SELECT id, n, tags FROM t ORDER BY id;
----
id | n | tags
1 | {5,8,3} | {new}
2 | {3,NULL,NULL,NULL,5} | {new}
3 | {3,NULL,NULL} | {new}
4 | {4,NULL,NULL} | {new}

CREATE VIEW v AS SELECT id, tags || ARRAY['v'] AS tags, tags[1] AS first, 'new' = ANY (tags) AS has FROM t;
----
ok

SELECT * FROM v WHERE has AND 'v' = ANY (tags) ORDER BY id;
----
id | tags | first | has
1 | {new,v} | new | true
2 | {new,v} | new | true
3 | {new,v} | new | true
4 | {new,v} | new | true

CREATE TABLE c AS SELECT id, tags, ARRAY[id, id + 1] AS two FROM t;
----
ok

SELECT * FROM c WHERE two[2] = 3;
----
id | tags | two
2 | {new} | {2,3}

CREATE TABLE gen (n INTEGER[], len INTEGER GENERATED ALWAYS AS (array_length(n, 1)) STORED, firsts INTEGER[] GENERATED ALWAYS AS (n[1:2]) STORED, CHECK (n[1] = ANY (ARRAY[1, 2, 3])), CHECK (0 <> ALL (n)));
----
ok

INSERT INTO gen (n) VALUES ('{3,4,5}') RETURNING *;
----
n | len | firsts
{3,4,5} | 3 | {3,4}

INSERT INTO gen (n) VALUES ('{4}');
----
error 23514: a row of table "gen" violates check constraint "gen_n_check"

INSERT INTO gen (n) VALUES ('{1,0}');
----
error 23514: a row of table "gen" violates check constraint "gen_n_check1"

UPDATE gen SET n[1] = 2 RETURNING *;
----
n | len | firsts
{2,4,5} | 3 | {2,4}

SELECT '{1,2.5}'::REAL[]::VECTOR(2), '[1,2]'::VECTOR(2)::REAL[], '[1,2.5]'::VECTOR(2)::NUMERIC[];
----
column1 | column2 | column3
[1, 2.5] | {1,2} | {1,2.5}

SELECT '{1,NULL}'::REAL[]::VECTOR(2);
----
error 22000 at 1:8: an array with NULL elements is no vector
