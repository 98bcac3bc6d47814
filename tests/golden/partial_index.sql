-- CREATE INDEX … WHERE: indexes of some rows alone.

CREATE TABLE job (id INTEGER PRIMARY KEY, state TEXT, prio INTEGER, owner TEXT, done BOOLEAN NOT NULL DEFAULT FALSE);
CREATE INDEX job_open ON job (prio) WHERE state = 'open';
CREATE UNIQUE INDEX job_owner ON job (owner) WHERE NOT done;
CREATE INDEX job_high ON job (state) WHERE prio > 5;
CREATE INDEX job_named ON job (prio, id) WHERE owner IS NOT NULL;
INSERT INTO job (id, state, prio, owner) VALUES (1, 'open', 3, 'ann'), (2, 'open', 1, 'bob'), (3, 'shut', 2, NULL), (4, 'open', 9, 'cy'), (5, NULL, 7, NULL);

-- An index serves where its condition is among those of the query, which then need not be looked at.

EXPLAIN SELECT id FROM job WHERE state = 'open' AND prio = 3;
SELECT id FROM job WHERE state = 'open' AND prio = 3;
EXPLAIN SELECT id FROM job WHERE prio = 3;
EXPLAIN SELECT id FROM job WHERE state = 'shut' AND prio = 3;
EXPLAIN SELECT id, prio FROM job WHERE 'open' = state ORDER BY prio;
SELECT id, prio FROM job WHERE state = 'open' ORDER BY prio;
EXPLAIN SELECT max(prio) FROM job WHERE state = 'open';
SELECT min(prio), max(prio) FROM job WHERE state = 'open';

-- Or where it follows from one of them.

EXPLAIN SELECT id FROM job WHERE prio = 7 AND state = 'open';
EXPLAIN SELECT id FROM job WHERE prio > 6.5 AND state IN ('shut', 'open');
EXPLAIN SELECT id FROM job WHERE prio IN (6, 9) AND state = 'x';
EXPLAIN SELECT id FROM job WHERE prio BETWEEN 6 AND 8 AND state = 'x';
EXPLAIN SELECT id FROM job WHERE prio >= 5 AND state = 'x';
EXPLAIN SELECT id FROM job WHERE (prio = 8 OR prio > 20) AND state = 'x';
EXPLAIN SELECT id FROM job WHERE owner LIKE 'a%' AND prio = 3;
EXPLAIN SELECT id FROM job WHERE done = FALSE AND owner = 'bob';
EXPLAIN SELECT id FROM job WHERE owner = 'bob';
SELECT id FROM job WHERE prio > 6.5 AND state IN ('shut', 'open');
SELECT id FROM job WHERE (prio = 8 OR prio > 6) AND state IS NULL;

-- What a parameter is, is not known when a plan is made: only what is equal to the condition serves.

EXPLAIN SELECT id FROM job WHERE state = 'open' AND prio < (SELECT count(*) FROM job);

-- Keys are unique among the rows that have an entry, and rows come and go with the condition.

INSERT INTO job (owner) VALUES ('ann');
INSERT INTO job (owner, done) VALUES ('ann', TRUE), ('ann', TRUE) RETURNING id;
UPDATE job SET done = FALSE WHERE id = 7;
UPDATE job SET done = NOT done WHERE owner = 'ann' AND id <= 6 RETURNING id, done;
UPDATE job SET done = TRUE WHERE id = 6;
UPDATE job SET done = FALSE WHERE id = 7;
SELECT id FROM job WHERE NOT done AND owner = 'ann';
UPDATE job SET state = 'shut' WHERE id = 1;
UPDATE job SET state = 'open' WHERE id = 3;
UPDATE job SET prio = prio + 1 WHERE state = 'open';
SELECT id, prio FROM job WHERE state = 'open' ORDER BY prio;
DELETE FROM job WHERE state = 'open' AND prio = 10 RETURNING id;
SELECT id, prio FROM job WHERE state = 'open' ORDER BY prio DESC;
CREATE UNIQUE INDEX job_state ON job (state) WHERE prio IS NOT NULL AND NOT done;
CREATE UNIQUE INDEX job_state ON job (state) WHERE prio > 2 AND NOT done;
UPDATE job SET id = id + 10 WHERE id = 3;
PRAGMA integrity_check;

-- ON CONFLICT means a partial index where it says the condition.

INSERT INTO job (owner, prio) VALUES ('bob', 4) ON CONFLICT (owner) DO NOTHING;
INSERT INTO job (owner, prio) VALUES ('bob', 4) ON CONFLICT (owner) WHERE done DO NOTHING;
INSERT INTO job (owner, prio) VALUES ('bob', 4) ON CONFLICT (owner) WHERE NOT done DO NOTHING;
INSERT INTO job (owner, prio) VALUES ('bob', 4) ON CONFLICT (owner) WHERE done = FALSE DO UPDATE SET prio = excluded.prio WHERE job.prio < 3 RETURNING id, owner, prio;
INSERT INTO job (owner, prio, done) VALUES ('bob', 5, TRUE) ON CONFLICT (owner) WHERE NOT done DO UPDATE SET prio = 0 RETURNING id, owner, prio;
INSERT INTO job (owner, prio) VALUES ('bob', 5) ON CONFLICT DO NOTHING;
INSERT INTO job (owner, prio) VALUES ('bob', 5);
INSERT INTO job (owner) VALUES ('bob') ON CONFLICT (owner) WHERE DO NOTHING;
INSERT INTO job (owner) VALUES ('bob') ON CONFLICT (owner) WHERE NOT done) DO NOTHING;
INSERT INTO job (owner) VALUES ('bob') ON CONFLICT (owner) WHERE prio DO NOTHING;
EXPLAIN INSERT INTO job (owner) VALUES ('bob') ON CONFLICT (owner) WHERE NOT done AND prio > 3 DO NOTHING;
INSERT OR REPLACE INTO job (owner, prio) VALUES ('bob', 8) RETURNING id, owner, prio;
SELECT id, owner, prio, done FROM job WHERE owner = 'bob' ORDER BY id;

-- A foreign key refers to no key of some rows alone.

CREATE TABLE part (owner TEXT REFERENCES job (owner));

-- Definitions follow their columns.

ALTER TABLE job RENAME COLUMN state TO status;
ALTER TABLE job RENAME TO task;

reopen

EXPLAIN SELECT id FROM task WHERE status = 'open' AND prio = 3;
ALTER TABLE task ALTER COLUMN status TYPE VARCHAR(10);
ALTER TABLE task ADD COLUMN note TEXT DEFAULT 'x';
CREATE INDEX task_note ON task (id) WHERE note <> 'x';
EXPLAIN SELECT id FROM task WHERE note <> 'x' AND id > 3 ORDER BY id;
ALTER TABLE task DROP COLUMN status;
EXPLAIN SELECT id FROM task WHERE prio = 7;
ALTER TABLE task DROP COLUMN done;
INSERT INTO task (owner) VALUES ('bob');
UPDATE task SET note = 'y' WHERE id IN (2, 5);
SELECT id FROM task WHERE note <> 'x' ORDER BY id;
TRUNCATE task;
INSERT INTO task (prio, owner) VALUES (1, 'ann'), (2, NULL);
SELECT id FROM task WHERE owner IS NOT NULL AND prio > 0 ORDER BY prio;
PRAGMA integrity_check;
DROP INDEX job_named;

-- What no condition of an index can be.

CREATE INDEX i ON task (id) WHERE prio;
CREATE INDEX i ON task (id) WHERE nothing > 1;
CREATE INDEX i ON task (id) WHERE prio > (SELECT 1);
CREATE INDEX i ON task (id) WHERE prio > ?;
CREATE INDEX i ON task (id) WHERE prio > count(*);
CREATE INDEX i ON task (id) WHERE random() > 0.5;
CREATE INDEX i ON task (id) WHERE note < CURRENT_DATE::TEXT;
CREATE TABLE v (id INTEGER PRIMARY KEY, emb VECTOR(2), n INTEGER);
CREATE INDEX i ON v USING ann (emb) WHERE n > 1;
CREATE INDEX i ON v (n) WHERE 10 / n > 1;
INSERT INTO v (n) VALUES (2), (20);
INSERT INTO v (n) VALUES (0);
UPDATE v SET n = 0 WHERE id = 1;
SELECT id FROM v WHERE 10 / n > 1 AND n = 2;
CREATE INDEX j ON v (n) WHERE emb IS NOT NULL;
INSERT INTO v (emb, n) VALUES ('[1,2]', 3);
SELECT id FROM v WHERE emb IS NOT NULL AND n = 3;
UPDATE v SET emb = NULL WHERE n = 3;
SELECT id FROM v WHERE emb IS NOT NULL AND n = 3;
PRAGMA integrity_check;
