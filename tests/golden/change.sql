-- INSERT, UPDATE, DELETE: a failed statement leaves no trace.

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER DEFAULT 7);
----
ok

INSERT INTO t (name) VALUES ('a'), ('b');
----
ok, 2 rows

INSERT INTO t (name, size) SELECT name || '2', size + id FROM t;
----
ok, 2 rows

SELECT * FROM t ORDER BY id;
----
id | name | size
1 | a | 7
2 | b | 7
3 | a2 | 8
4 | b2 | 9

INSERT INTO t (name) VALUES ('c'), ('a');
----
error 23505: duplicate key value violates unique constraint "t_name_key": key (name)=(a) already exists

INSERT INTO t (name) VALUES ('d'), (NULL);
----
error 23502: null value in column "name" of table "t" violates not-null constraint

INSERT INTO t (id, name) VALUES (2, 'e');
----
error 23505: duplicate key value violates unique constraint "t_pkey": key (id)=(2) already exists

SELECT COUNT(*) FROM t;
----
count
4

UPDATE t SET size = size * 2, name = name || '!' WHERE id % 2 = 0;
----
ok, 2 rows

SELECT * FROM t ORDER BY id;
----
id | name | size
1 | a | 7
2 | b! | 14
3 | a2 | 8
4 | b2! | 18

-- Swapping unique values row by row would collide.
UPDATE t SET id = id + 1;
----
ok, 4 rows

SELECT id FROM t ORDER BY id;
----
id
2
3
4
5

UPDATE t SET name = 'same';
----
error 23505: duplicate key value violates unique constraint "t_name_key": key (name)=(same) already exists

UPDATE t SET size = 10 / (id - 4);
----
error 22012 at 1:21: division by zero

SELECT * FROM t ORDER BY id;
----
id | name | size
2 | a | 7
3 | b! | 14
4 | a2 | 8
5 | b2! | 18

UPDATE t SET size = NULL WHERE name = 'a';
----
ok, 1 row

DELETE FROM t WHERE size IS NULL;
----
ok, 1 row

DELETE FROM t WHERE name = 'nosuch';
----
ok

SELECT * FROM t ORDER BY id;
----
id | name | size
3 | b! | 14
4 | a2 | 8
5 | b2! | 18

INSERT INTO t (id, name) VALUES (100, 'far');
----
ok, 1 row

INSERT INTO t (name) VALUES ('next');
----
ok, 1 row

SELECT id FROM t WHERE name = 'next';
----
id
101

INSERT INTO t DEFAULT VALUES;
----
error 23502: null value in column "name" of table "t" violates not-null constraint

DELETE FROM t;
----
ok, 5 rows

SELECT COUNT(*), MAX(id) FROM t;
----
count | max
0 | NULL
