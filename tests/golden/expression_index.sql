-- btree indexes on what is computed from a row's columns.

CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, a INTEGER, b INTEGER);
CREATE INDEX p_lower ON p (lower(name));
CREATE INDEX p_sum ON p ((a + b), id);
CREATE UNIQUE INDEX p_upper ON p (upper(name), a);
INSERT INTO p VALUES (1, 'Ann', 1, 5), (2, 'bob', 2, 2), (3, 'ANNE', 3, 3), (4, NULL, NULL, 1), (5, 'Cy', 5, 9);

EXPLAIN SELECT id FROM p WHERE lower(name) = 'ann';
SELECT id FROM p WHERE lower(name) = 'ann';
EXPLAIN SELECT id FROM p WHERE name = 'ann';
EXPLAIN SELECT id FROM p WHERE 'ann' = lower(p.name) AND a = 1;
EXPLAIN SELECT id FROM p x WHERE a + b > 5 AND x.a + x.b <= 14;
SELECT id FROM p x WHERE a + b > 5 AND x.a + x.b <= 14 ORDER BY 1;
EXPLAIN SELECT id FROM p WHERE b + a = 6;
EXPLAIN SELECT id FROM p WHERE lower(name) IN ('cy', 'bob');
SELECT id FROM p WHERE lower(name) IN ('cy', 'bob') ORDER BY id;
EXPLAIN SELECT id FROM p WHERE lower(name) = ANY (ARRAY['cy', 'bob']);
EXPLAIN SELECT id FROM p WHERE a + b BETWEEN 4 AND 6.5;
SELECT id FROM p WHERE a + b BETWEEN 4 AND 6.5 ORDER BY id;

-- The order of an index.

EXPLAIN SELECT id, lower(name) FROM p ORDER BY lower(name) LIMIT 2;
SELECT id, lower(name) FROM p ORDER BY lower(name) LIMIT 2;
EXPLAIN SELECT id FROM p ORDER BY lower(name) DESC LIMIT 2;
SELECT id FROM p ORDER BY lower(name) DESC LIMIT 2;
EXPLAIN SELECT id FROM p ORDER BY a + b DESC, id DESC LIMIT 3;
SELECT id FROM p ORDER BY a + b DESC, id DESC LIMIT 3;
EXPLAIN SELECT id FROM p WHERE a + b = 6 ORDER BY id LIMIT 3;
EXPLAIN SELECT id FROM p ORDER BY lower(name) NULLS FIRST LIMIT 2;
SELECT id FROM p ORDER BY lower(name) NULLS FIRST LIMIT 2;
EXPLAIN SELECT max(a + b) FROM p;
SELECT max(a + b), min(a + b) FROM p;
SELECT max(a + b) FROM p;
SELECT min(lower(name)) FROM p;
EXPLAIN SELECT min(lower(name)) FROM p;
EXPLAIN SELECT max(a + b) FROM p WHERE id < 3;
EXPLAIN SELECT max(id) FROM p;
SELECT max(id) FROM p;
SELECT max(a + b) FROM p WHERE a > 100;

-- A join looks up by it.

CREATE TABLE word (w TEXT);
INSERT INTO word VALUES ('bob'), ('cy'), ('zoe');
INSERT INTO p SELECT n, 'name' || n, n, n FROM generate_series(10, 20000) AS g (n);
EXPLAIN SELECT w, id FROM word LEFT JOIN p ON lower(p.name) = w;
SELECT w, id FROM word LEFT JOIN p ON lower(p.name) = w ORDER BY w;
DELETE FROM p WHERE id >= 10;

-- Unique, and changes.

INSERT INTO p VALUES (6, 'ann', 1, 0);
INSERT INTO p VALUES (6, 'ann', 2, 0);
UPDATE p SET name = upper(name);
SELECT id FROM p WHERE lower(name) = 'bob';
UPDATE p SET a = 1 WHERE id = 6;
UPDATE p SET name = 'x' || id;
SELECT id FROM p WHERE lower(name) = 'x4';
UPDATE p SET a = 3 - a WHERE id IN (1, 2);
SELECT id, a + b FROM p WHERE a + b < 6 ORDER BY a + b, id;
CREATE UNIQUE INDEX p_even ON p ((id % 2));
CREATE INDEX p_div ON p ((10 / a));
INSERT INTO p VALUES (7, 'y', 0, 0);
UPDATE p SET a = 0 WHERE id = 1;
DELETE FROM p WHERE 10 / a = 5 RETURNING id;
PRAGMA integrity_check;

-- ON CONFLICT names what a unique index is on.

INSERT INTO p VALUES (8, 'X5', 5, 1) ON CONFLICT (upper(name), a) DO UPDATE SET b = excluded.b RETURNING id, b;
INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT (a, upper(name)) DO NOTHING;
INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT (upper(name)) DO NOTHING;
INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT (lower(name), a) DO NOTHING;
INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT (upper(name), a) WHERE a > 1 DO NOTHING;
INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT ((SELECT 1)) DO NOTHING;
CREATE UNIQUE INDEX only_one ON p ((TRUE)) WHERE b = 77;
UPDATE p SET b = 77 WHERE id = 5;
UPDATE p SET b = 77 WHERE id = 6;

-- Definitions follow their columns.

ALTER TABLE p RENAME COLUMN name TO label;

reopen

EXPLAIN SELECT id FROM p WHERE lower(label) = 'x5';
ALTER TABLE p ALTER COLUMN label TYPE VARCHAR(20);
ALTER TABLE p DROP COLUMN b;
EXPLAIN SELECT id FROM p WHERE lower(label) = 'x5';
DROP INDEX p_sum;
ALTER TABLE p ADD COLUMN c INTEGER DEFAULT 4;
CREATE INDEX p_c ON p ((a * c));
SELECT id FROM p WHERE a * c = 20;
PRAGMA integrity_check;
SAVEPOINT nothing;
BEGIN;
CREATE INDEX p_gone ON p ((a - c));
ROLLBACK;
EXPLAIN SELECT id FROM p WHERE a - c = 1;

-- A column in parentheses is a column.

CREATE INDEX p_a ON p ((a));
EXPLAIN SELECT id FROM p WHERE a = 3;

-- What no index can be on.

CREATE INDEX i ON p (lower(nothing));
CREATE INDEX i ON p (random());
CREATE INDEX i ON p ((a + ?));
CREATE INDEX i ON p (max(a));
CREATE INDEX i ON p ((SELECT 1));
CREATE INDEX i ON p ((NULL));
CREATE INDEX i ON p (lower(label), lower(label));
CREATE INDEX i ON p (a, a);
CREATE INDEX i ON p (label text_pattern_ops);
CREATE TABLE v (emb VECTOR(4), kind INTEGER);
CREATE INDEX i ON v (subvector(emb, 1, 2));
CREATE INDEX i ON v (vector_dims(emb), l2_distance(emb, '[0,0,0,0]'));
INSERT INTO v VALUES ('[3,4,0,0]', 1), (NULL, 2);
EXPLAIN SELECT kind FROM v WHERE vector_dims(emb) = 4 AND emb <-> '[0,0,0,0]' < 6;
SELECT kind FROM v WHERE vector_dims(emb) = 4 AND emb <-> '[0,0,0,0]' < 6;
UPDATE v SET emb = '[0,0,0,1]' WHERE kind = 2;
DELETE FROM v WHERE kind = 1;
PRAGMA integrity_check;
