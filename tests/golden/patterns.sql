-- Patterns and bits: what the operators mean that call functions.

SELECT 'abc' ~ '^a.c$' AS a, 'ABC' ~ 'b' AS b, 'ABC' ~* 'b' AS c, 'abc' !~ 'b' AS d, 'ABC' !~* 'x' AS e;
----
a | b | c | d | e
true | false | true | false | true

SELECT 'abc' ~~ 'a%' AS a, 'ABC' ~~* 'a%' AS b, 'abc' !~~ 'a%' AS c, 'abc' !~~* 'B%' AS d, NULL ~ 'a' AS e;
----
a | b | c | d | e
true | true | false | true | NULL

SELECT 'abc' SIMILAR TO 'a(b|x)c' AS a, 'abc' NOT SIMILAR TO '%d%' AS b, 'a%c' SIMILAR TO 'a#%c' ESCAPE '#' AS c;
----
a | b | c
true | true | true

SELECT 'abc' REGEXP 'b' AS a, glob('*.rs', 'main.rs') AS b;
----
a | b
true | true

SELECT 'a' ~ '(' AS a;
----
error 2201B at 1:8: invalid regular expression: unclosed group

SELECT 6 & 3 AS a, 6 | 3 AS b, 6 # 3 AS c, ~6 AS d, 1 << 4 AS e, -16 >> 2 AS f, 2 ^ 10 AS g, |/ 16.0 AS h, ||/ 27.0 AS i;
----
a | b | c | d | e | f | g | h | i
2 | 7 | 5 | -7 | 16 | -4 | 1024.0 | 4.0 | 3.0

SELECT 1 + 2 & 3 AS a, 2 * 3 ^ 2 AS b, 1 | 2 = 3 AS c;
----
a | b | c
3 | 18.0 | true

SELECT 1.5 & 1;
----
error 42883 at 1:8: function int8and(REAL, INTEGER) does not exist
hint: convert the arguments with CAST

SELECT overlay('Txxxxas' PLACING 'hom' FROM 2 FOR 4) AS a, split_part('a-b', '-', 2) AS b, initcap('a word') AS c,
  translate('abc', 'ab', 'x') AS d, format('%s %I %L', 1, 'A b', 'c''d') AS e;
----
a | b | c | d | e
Thomas | b | A Word | xc | 1 "A b" 'c''d'

SELECT encode('abc', 'base64') AS a, decode('YWJj', 'base64') AS b, md5('abc') AS c, to_hex(255) AS d, encode(sha256('abc'), 'hex') AS e;
----
a | b | c | d | e
YWJj | x'616263' | 900150983cd24fb0d6963f7d28e17f72 | ff | ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad

SELECT regexp_replace('foobar', 'o+', '<\&>') AS a, regexp_count('a1b22', '[0-9]+') AS b, regexp_substr('a1b22', '[0-9]{2}') AS c;
----
a | b | c
f<oo>bar | 2 | 22

SELECT gcd(12, 18) AS a, lcm(4, 6) AS b, gcd(-9223372036854775807 - 1, 0) AS c;
----
error 22003 at 1:42: INTEGER value out of range

CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT, n INTEGER);
----
ok

INSERT INTO t VALUES (1, 'apple', 1), (2, 'banana', 2), (3, NULL, 3);
----
ok, 3 rows

SELECT id FROM t WHERE s ~ 'an' OR n & 1 = 1 ORDER BY id;
----
id
1
2
3

EXPLAIN SELECT id FROM t WHERE s ~* '^A';
----
QUERY PLAN
SeqScan on t  (rows=500)
  Filter: regexp_like(s, '^A', 'i')
