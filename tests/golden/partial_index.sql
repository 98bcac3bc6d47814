-- CREATE INDEX … WHERE: indexes of some rows alone.

CREATE TABLE job (id INTEGER PRIMARY KEY, state TEXT, prio INTEGER, owner TEXT, done BOOLEAN NOT NULL DEFAULT FALSE);
----
ok

CREATE INDEX job_open ON job (prio) WHERE state = 'open';
----
ok

CREATE UNIQUE INDEX job_owner ON job (owner) WHERE NOT done;
----
ok

CREATE INDEX job_high ON job (state) WHERE prio > 5;
----
ok

CREATE INDEX job_named ON job (prio, id) WHERE owner IS NOT NULL;
----
ok

INSERT INTO job (id, state, prio, owner) VALUES (1, 'open', 3, 'ann'), (2, 'open', 1, 'bob'), (3, 'shut', 2, NULL), (4, 'open', 9, 'cy'), (5, NULL, 7, NULL);
----
ok, 5 rows

-- An index serves where its condition is among those of the query, which then need not be looked at.

EXPLAIN SELECT id FROM job WHERE state = 'open' AND prio = 3;
----
QUERY PLAN
IndexOnlyScan on job using job_open  (rows=1)
  Index Cond: prio = 3

SELECT id FROM job WHERE state = 'open' AND prio = 3;
----
id
1

EXPLAIN SELECT id FROM job WHERE prio = 3;
----
QUERY PLAN
SeqScan on job  (rows=10)
  Filter: prio = 3

EXPLAIN SELECT id FROM job WHERE state = 'shut' AND prio = 3;
----
QUERY PLAN
SeqScan on job  (rows=1)
  Filter: state = 'shut' AND prio = 3

EXPLAIN SELECT id, prio FROM job WHERE 'open' = state ORDER BY prio;
----
QUERY PLAN
IndexScan on job using job_open  (rows=1)
  Filter: 'open' = state

SELECT id, prio FROM job WHERE state = 'open' ORDER BY prio;
----
id | prio
2 | 1
1 | 3
4 | 9

EXPLAIN SELECT max(prio) FROM job WHERE state = 'open';
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: max(prio)
  ->  Limit  (rows=1)
        Limit: 1
        ->  IndexOnlyScan on job using job_open backward  (rows=99)
              Index Cond: prio IS NOT NULL

SELECT min(prio), max(prio) FROM job WHERE state = 'open';
----
min | max
1 | 9

-- Or where it follows from one of them.

EXPLAIN SELECT id FROM job WHERE prio = 7 AND state = 'open';
----
QUERY PLAN
IndexOnlyScan on job using job_open  (rows=1)
  Index Cond: prio = 7

EXPLAIN SELECT id FROM job WHERE prio > 6.5 AND state IN ('shut', 'open');
----
QUERY PLAN
IndexScan on job using job_high  (rows=1)
  Index Cond: state IN ('shut', 'open')
  Filter: prio > 6.5

EXPLAIN SELECT id FROM job WHERE prio IN (6, 9) AND state = 'x';
----
QUERY PLAN
IndexScan on job using job_high  (rows=1)
  Index Cond: state = 'x'
  Filter: prio IN (6, 9)

EXPLAIN SELECT id FROM job WHERE prio BETWEEN 6 AND 8 AND state = 'x';
----
QUERY PLAN
IndexScan on job using job_high  (rows=1)
  Index Cond: state = 'x'
  Filter: prio BETWEEN 6 AND 8

EXPLAIN SELECT id FROM job WHERE prio >= 5 AND state = 'x';
----
QUERY PLAN
SeqScan on job  (rows=3)
  Filter: prio >= 5 AND state = 'x'

EXPLAIN SELECT id FROM job WHERE (prio = 8 OR prio > 20) AND state = 'x';
----
QUERY PLAN
IndexScan on job using job_high  (rows=1)
  Index Cond: state = 'x'
  Filter: prio = 8 OR prio > 20

EXPLAIN SELECT id FROM job WHERE owner LIKE 'a%' AND prio = 3;
----
QUERY PLAN
IndexScan on job using job_named  (rows=1)
  Index Cond: prio = 3
  Filter: owner LIKE 'a%'

EXPLAIN SELECT id FROM job WHERE done = FALSE AND owner = 'bob';
----
QUERY PLAN
IndexScan on job using job_owner  (rows=1)
  Index Cond: owner = 'bob'
  Filter: done = FALSE

EXPLAIN SELECT id FROM job WHERE owner = 'bob';
----
QUERY PLAN
IndexScan on job using job_named  (rows=1)
  Filter: owner = 'bob'

SELECT id FROM job WHERE prio > 6.5 AND state IN ('shut', 'open');
----
id
4

SELECT id FROM job WHERE (prio = 8 OR prio > 6) AND state IS NULL;
----
id
5

-- What a parameter is, is not known when a plan is made: only what is equal to the condition serves.

EXPLAIN SELECT id FROM job WHERE state = 'open' AND prio < (SELECT count(*) FROM job);
----
QUERY PLAN
Init  (rows=33)
  Answer: $1 = the value
  ->  IndexOnlyScan on job using job_open  (rows=33)
        Index Cond: prio < $1
  ->  RowCount of job  (rows=1)

-- Keys are unique among the rows that have an entry, and rows come and go with the condition.

INSERT INTO job (owner) VALUES ('ann');
----
error 23505: duplicate key value violates unique constraint "job_owner": key (owner)=(ann) already exists

INSERT INTO job (owner, done) VALUES ('ann', TRUE), ('ann', TRUE) RETURNING id;
----
id
6
7

UPDATE job SET done = FALSE WHERE id = 7;
----
error 23505: duplicate key value violates unique constraint "job_owner": key (owner)=(ann) already exists

UPDATE job SET done = NOT done WHERE owner = 'ann' AND id <= 6 RETURNING id, done;
----
id | done
1 | true
6 | false

UPDATE job SET done = TRUE WHERE id = 6;
----
ok, 1 row

UPDATE job SET done = FALSE WHERE id = 7;
----
ok, 1 row

SELECT id FROM job WHERE NOT done AND owner = 'ann';
----
id
7

UPDATE job SET state = 'shut' WHERE id = 1;
----
ok, 1 row

UPDATE job SET state = 'open' WHERE id = 3;
----
ok, 1 row

UPDATE job SET prio = prio + 1 WHERE state = 'open';
----
ok, 3 rows

SELECT id, prio FROM job WHERE state = 'open' ORDER BY prio;
----
id | prio
2 | 2
3 | 3
4 | 10

DELETE FROM job WHERE state = 'open' AND prio = 10 RETURNING id;
----
id
4

SELECT id, prio FROM job WHERE state = 'open' ORDER BY prio DESC;
----
id | prio
3 | 3
2 | 2

CREATE UNIQUE INDEX job_state ON job (state) WHERE prio IS NOT NULL AND NOT done;
----
error 23505: could not create unique index "job_state": key (state)=(open) is duplicated

CREATE UNIQUE INDEX job_state ON job (state) WHERE prio > 2 AND NOT done;
----
ok

UPDATE job SET id = id + 10 WHERE id = 3;
----
ok, 1 row

PRAGMA integrity_check;
----
integrity_check
ok

-- ON CONFLICT means a partial index where it says the condition.

INSERT INTO job (owner, prio) VALUES ('bob', 4) ON CONFLICT (owner) DO NOTHING;
----
error 42P10 at 1:62: there is no unique constraint or index on the columns of ON CONFLICT

INSERT INTO job (owner, prio) VALUES ('bob', 4) ON CONFLICT (owner) WHERE done DO NOTHING;
----
error 42P10 at 1:62: there is no unique constraint or index on the columns of ON CONFLICT

INSERT INTO job (owner, prio) VALUES ('bob', 4) ON CONFLICT (owner) WHERE NOT done DO NOTHING;
----
ok

INSERT INTO job (owner, prio) VALUES ('bob', 4) ON CONFLICT (owner) WHERE done = FALSE DO UPDATE SET prio = excluded.prio WHERE job.prio < 3 RETURNING id, owner, prio;
----
error 23505: duplicate key value violates unique constraint "job_state": key (state)=(open) already exists

INSERT INTO job (owner, prio, done) VALUES ('bob', 5, TRUE) ON CONFLICT (owner) WHERE NOT done DO UPDATE SET prio = 0 RETURNING id, owner, prio;
----
id | owner | prio
14 | bob | 5

INSERT INTO job (owner, prio) VALUES ('bob', 5) ON CONFLICT DO NOTHING;
----
ok

INSERT INTO job (owner, prio) VALUES ('bob', 5);
----
error 23505: duplicate key value violates unique constraint "job_owner": key (owner)=(bob) already exists

INSERT INTO job (owner) VALUES ('bob') ON CONFLICT (owner) WHERE DO NOTHING;
----
error 42601 at 1:1: syntax error: expected an expression before DO

INSERT INTO job (owner) VALUES ('bob') ON CONFLICT (owner) WHERE NOT done) DO NOTHING;
----
error 42601 at 1:60: syntax error: expected DO, found WHERE

INSERT INTO job (owner) VALUES ('bob') ON CONFLICT (owner) WHERE prio DO NOTHING;
----
error 42804 at 1:66: ON CONFLICT takes BOOLEAN, not INTEGER

EXPLAIN INSERT INTO job (owner) VALUES ('bob') ON CONFLICT (owner) WHERE NOT done AND prio > 3 DO NOTHING;
----
QUERY PLAN
Insert on job
  On Conflict: nothing
  Conflict Keys: job_owner
  ->  ConstantRow  (rows=1)

INSERT OR REPLACE INTO job (owner, prio) VALUES ('bob', 8) RETURNING id, owner, prio;
----
id | owner | prio
15 | bob | 8

SELECT id, owner, prio, done FROM job WHERE owner = 'bob' ORDER BY id;
----
id | owner | prio | done
14 | bob | 5 | true
15 | bob | 8 | false

-- A foreign key refers to no key of some rows alone.

CREATE TABLE part (owner TEXT REFERENCES job (owner));
----
error 42830 at 1:42: there is no unique constraint matching given keys for referenced table "job"

-- Definitions follow their columns.

ALTER TABLE job RENAME COLUMN state TO status;
----
ok

ALTER TABLE job RENAME TO task;
----
ok

reopen

EXPLAIN SELECT id FROM task WHERE status = 'open' AND prio = 3;
----
QUERY PLAN
IndexOnlyScan on task using job_open  (rows=1)
  Index Cond: prio = 3

ALTER TABLE task ALTER COLUMN status TYPE VARCHAR(10);
----
error 2BP01 at 1:13: index "job_open" is on a column whose type is to be changed
hint: drop it first

ALTER TABLE task ADD COLUMN note TEXT DEFAULT 'x';
----
ok

CREATE INDEX task_note ON task (id) WHERE note <> 'x';
----
ok

EXPLAIN SELECT id FROM task WHERE note <> 'x' AND id > 3 ORDER BY id;
----
QUERY PLAN
IndexOnlyScan on task using task_note  (rows=33)
  Index Cond: id > 3

ALTER TABLE task DROP COLUMN status;
----
ok

EXPLAIN SELECT id FROM task WHERE prio = 7;
----
QUERY PLAN
SeqScan on task  (rows=10)
  Filter: prio = 7

ALTER TABLE task DROP COLUMN done;
----
ok

INSERT INTO task (owner) VALUES ('bob');
----
ok, 1 row

UPDATE task SET note = 'y' WHERE id IN (2, 5);
----
ok, 1 row

SELECT id FROM task WHERE note <> 'x' ORDER BY id;
----
id
5

TRUNCATE task;
----
ok

INSERT INTO task (prio, owner) VALUES (1, 'ann'), (2, NULL);
----
ok, 2 rows

SELECT id FROM task WHERE owner IS NOT NULL AND prio > 0 ORDER BY prio;
----
id
1

PRAGMA integrity_check;
----
integrity_check
ok

DROP INDEX job_named;
----
ok

-- What no condition of an index can be.

CREATE INDEX i ON task (id) WHERE prio;
----
error 42804 at 1:35: the condition of an index takes BOOLEAN, not INTEGER

CREATE INDEX i ON task (id) WHERE nothing > 1;
----
error 42703 at 1:35: column "nothing" does not exist

CREATE INDEX i ON task (id) WHERE prio > (SELECT 1);
----
error 42P16 at 1:35: an index cannot be on what a query says

CREATE INDEX i ON task (id) WHERE prio > ?;
----
error 42P16 at 1:35: an index is on columns of its table, or on what is computed from them and constants alone

CREATE INDEX i ON task (id) WHERE prio > count(*);
----
error 42803 at 1:42: an aggregate is not allowed in the condition of an index

CREATE INDEX i ON task (id) WHERE gen_random_uuid() > '00000000-0000-0000-0000-000000000000';
----
error 42P16 at 1:35: an index is on columns of its table, or on what is computed from them and constants alone

CREATE INDEX i ON task (id) WHERE note < CURRENT_DATE::TEXT;
----
error 42P16 at 1:35: an index is on columns of its table, or on what is computed from them and constants alone

CREATE TABLE v (id INTEGER PRIMARY KEY, emb VECTOR(2), n INTEGER);
----
ok

CREATE INDEX i ON v USING ann (emb) WHERE n > 1;
----
error 0A000 at 1:43: a partial ann index (WHERE) is not supported

CREATE INDEX i ON v (n) WHERE 10 / n > 1;
----
ok

INSERT INTO v (n) VALUES (2), (20);
----
ok, 2 rows

INSERT INTO v (n) VALUES (0);
----
error 22012: division by zero
hint: index "i" computes it for each row

UPDATE v SET n = 0 WHERE id = 1;
----
error 22012: division by zero
hint: index "i" computes it for each row

SELECT id FROM v WHERE 10 / n > 1 AND n = 2;
----
id
1

CREATE INDEX j ON v (n) WHERE emb IS NOT NULL;
----
ok

INSERT INTO v (emb, n) VALUES ('[1,2]', 3);
----
ok, 1 row

SELECT id FROM v WHERE emb IS NOT NULL AND n = 3;
----
id
3

UPDATE v SET emb = NULL WHERE n = 3;
----
ok, 1 row

SELECT id FROM v WHERE emb IS NOT NULL AND n = 3;
----
id

PRAGMA integrity_check;
----
integrity_check
ok
