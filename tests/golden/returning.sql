-- RETURNING: what INSERT, UPDATE and DELETE give of the rows that they changed.

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, size INTEGER DEFAULT 7, half VECTOR(2, f16));
----
ok

INSERT INTO t (name) VALUES ('a'), ('b') RETURNING *;
----
id | name | size | half
1 | a | 7 | NULL
2 | b | 7 | NULL

INSERT INTO t AS x (name, half) VALUES ('c', '[0.1,1]') RETURNING id, x.size + 1 AS more, half, rowid;
----
id | more | half | rowid
3 | 8 | [0.099975586, 1] | 3

INSERT INTO t (name, size) SELECT name || '2', size * 10 FROM t WHERE id < 3 RETURNING id, upper(name);
----
id | upper
4 | A2
5 | B2

INSERT INTO t DEFAULT VALUES RETURNING id, name;
----
id | name
6 | NULL

INSERT INTO t SELECT 90 RETURNING id, size;
----
id | size
90 | 7

UPDATE t SET size = size + id, half = '[0.3,2]' WHERE id IN (1, 3) RETURNING id, size, name AS was, half;
----
id | size | was | half
1 | 8 | a | [0.30004883, 2]
3 | 10 | c | [0.30004883, 2]

UPDATE t SET id = id + 100 WHERE id = 2 RETURNING id, rowid, *;
----
id | rowid | id | name | size | half
102 | 102 | 102 | b | 7 | NULL

UPDATE t SET name = 'none' WHERE id = 12345 RETURNING id;
----
id

DELETE FROM t WHERE id > 100 RETURNING t.*, size / 7;
----
id | name | size | half | column5
102 | b | 7 | NULL | 1

-- One that fails takes the change back.
DELETE FROM t WHERE id <= 3 RETURNING 10 / (id - 3);
----
error 22012 at 1:39: division by zero

SELECT count(*) FROM t;
----
count
6

EXPLAIN DELETE FROM t WHERE id = 1 RETURNING name, id + 1;
----
QUERY PLAN
Delete on t
  Returning: name, id + 1
  ->  PkLookup on t  (rows=1)
        Key: id = 1

INSERT INTO t VALUES (1) RETURNING count(*);
----
error 42803 at 1:36: an aggregate is not allowed in RETURNING

INSERT INTO t VALUES (1) RETURNING (SELECT 1);
----
error 0A000 at 1:37: a query in RETURNING is not supported

INSERT INTO t VALUES (1) RETURNING nosuch;
----
error 42703 at 1:36: column "nosuch" does not exist

UPDATE t SET name = 'x' WHERE id = 1 RETURNING old.name;
----
name
a
