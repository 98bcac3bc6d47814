-- Types are checked: nothing is cut off, nothing overflows in silence.

CREATE TABLE v (i INTEGER, r REAL, t TEXT, b BLOB, o BOOLEAN);
----
ok

INSERT INTO v VALUES (1, 2, 'three', x'04', TRUE);
----
ok, 1 row

INSERT INTO v VALUES ('5', '2.5', 'x', x'', 'false');
----
ok, 1 row

INSERT INTO v VALUES (2.0, 1e3, 'y', NULL, NULL);
----
ok, 1 row

SELECT * FROM v ORDER BY i;
----
i | r | t | b | o
1 | 2.0 | three | x'04' | true
2 | 1000.0 | y | NULL | NULL
5 | 2.5 | x | x'' | false

INSERT INTO v (i) VALUES (2.5);
----
error 22003 at 1:27: 2.5 is not exact as INTEGER
hint: CAST rounds it

INSERT INTO v (i) VALUES ('2x');
----
error 22P02 at 1:27: invalid input for type INTEGER: "2x"

INSERT INTO v (i) VALUES (TRUE);
----
error 42804 at 1:27: column "i" is INTEGER, the value BOOLEAN
hint: convert it with CAST

INSERT INTO v (o) VALUES (1);
----
error 42804 at 1:27: column "o" is BOOLEAN, the value INTEGER
hint: convert it with CAST

INSERT INTO v (t) VALUES (5);
----
error 42804 at 1:27: column "t" is TEXT, the value INTEGER
hint: convert it with CAST

SELECT 9223372036854775807 + 1;
----
error 22003 at 1:8: INTEGER value out of range

SELECT -9223372036854775808 - 1;
----
error 22003 at 1:9: INTEGER value out of range

SELECT 4611686018427387904 * 2;
----
error 22003 at 1:8: INTEGER value out of range

SELECT 1 / 0;
----
error 22012 at 1:8: division by zero

SELECT 1 % 0;
----
error 22012 at 1:8: division by zero

SELECT 1.0 / 0.0;
----
error 22012 at 1:8: division by zero

SELECT 1e308 * 10;
----
error 22003 at 1:8: REAL value out of range

SELECT 9007199254740993 = 9007199254740992.0, 9007199254740993 > 9007199254740992.0;
----
column1 | column2
false | true

SELECT 5 = 5.0, 5 < 5.5, '5' = 5;
----
column1 | column2 | column3
true | true | true

SELECT i FROM v WHERE i = 5.0;
----
i
5

SELECT i FROM v WHERE t = 5;
----
error 42804 at 1:27: =: TEXT and INTEGER do not go together
hint: convert one side with CAST

SELECT i FROM v WHERE 1;
----
error 42804 at 1:23: WHERE takes BOOLEAN, not INTEGER

SELECT CAST('12' AS INTEGER), CAST(2.5 AS INTEGER), CAST(7 AS TEXT), CAST('t' AS BOOLEAN), CAST(3 AS REAL);
----
column1 | column2 | column3 | column4 | column5
12 | 2 | 7 | true | 3.0

SELECT CAST('12.5' AS INTEGER);
----
error 22P02 at 1:13: invalid input for type INTEGER: "12.5"

SELECT CAST(1e30 AS INTEGER);
----
error 22003 at 1:13: INTEGER value out of range

SELECT -0.0 = 0.0, 0.1 + 0.2;
----
column1 | column2
true | 0.30000000000000004

SELECT 12345678901234567890;
----
column1
12345678901234567890

-- A text becomes a BLOB by its escapes.
SELECT 'a\\b\000\377'::BLOB, CAST('plain' AS BLOB);
----
column1 | column2
x'615c6200ff' | x'706c61696e'

SELECT 'a\9'::BLOB;
----
error 22P02 at 1:8: invalid input for type BLOB: "a\9"
