-- COLLATE: how texts are compared.

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, code TEXT, pad TEXT COLLATE RTRIM);
INSERT INTO t VALUES (1, 'ann', 'x', 'a'), (2, 'ANN', 'X', 'a  '), (3, 'Bob', 'y', 'b'), (4, 'bob ', 'Y', 'B'), (5, NULL, NULL, NULL), (6, 'Émil', 'é', ' a'), (7, 'émil', 'É', 'c_');

-- In comparisons: what COLLATE says counts first, then the first column.

SELECT id FROM t WHERE name = 'ANN' ORDER BY id;
SELECT id FROM t WHERE 'BOB' = name;
SELECT id FROM t WHERE name = 'ÉMIL';
SELECT id FROM t WHERE code = 'x';
SELECT id FROM t WHERE code = 'x' COLLATE NOCASE ORDER BY id;
SELECT id FROM t WHERE code COLLATE nocase IN ('X', 'Y') ORDER BY id;
SELECT id FROM t WHERE name COLLATE "C" = 'ANN';
SELECT id FROM t WHERE name <> 'ann' ORDER BY id;
SELECT id FROM t WHERE name BETWEEN 'ANN' AND 'B' ORDER BY id;
SELECT id FROM t WHERE name IN ('ANN', 'BOB') ORDER BY id;
SELECT id FROM t WHERE name IS NOT DISTINCT FROM 'aNN' ORDER BY id;
SELECT id FROM t WHERE pad = 'a ' ORDER BY id;
SELECT a.id, b.id FROM t a JOIN t b ON a.name = b.code COLLATE NOCASE ORDER BY 1, 2;
SELECT a.id, b.id FROM t a JOIN t b ON a.name = b.name AND a.id < b.id;
SELECT a.id, b.id FROM t a JOIN t b USING (name) WHERE a.id < b.id;
SELECT id FROM t WHERE name = pad;
SELECT id, CASE name WHEN 'ANN' THEN 1 ELSE 0 END FROM t ORDER BY id;
SELECT nullif(name, 'BOB') FROM t ORDER BY id;
SELECT id FROM t WHERE name IN (SELECT 'BOB');
SELECT id FROM t o WHERE EXISTS (SELECT 1 FROM t i WHERE i.code = 'y' AND o.name = 'BOB');
SELECT id FROM t WHERE name LIKE 'ANN';
SELECT 'a' = 'A' COLLATE NOCASE, 'a' COLLATE NOCASE = 'A', 'a' COLLATE "C" = 'A', 'a ' = 'a' COLLATE rtrim;
SELECT 'a' COLLATE NOCASE = 'A' COLLATE "C";
SELECT name COLLATE "C" < pad COLLATE rtrim FROM t;
SELECT 'a' COLLATE NOCASE || 'b' COLLATE NOCASE = 'AB';
SELECT collation_key('ABC', 'nocase'), collation_key('a  ', 'rtrim'), collation_key(NULL, 'nocase');

-- In orders and groups.

SELECT name FROM t ORDER BY name, id;
SELECT name FROM t ORDER BY name COLLATE "C";
SELECT code FROM t ORDER BY code COLLATE NOCASE DESC, id;
SELECT name, count(*) FROM t GROUP BY name ORDER BY name;
SELECT code COLLATE NOCASE, count(*) FROM t GROUP BY code COLLATE NOCASE ORDER BY 1;
SELECT upper(name), count(*) FROM t GROUP BY name HAVING name = 'ANN';
SELECT DISTINCT name FROM t ORDER BY name;
SELECT DISTINCT pad, id > 2 FROM t WHERE pad = 'a';
SELECT DISTINCT code COLLATE NOCASE FROM t;
SELECT DISTINCT ON (name) name, id FROM t ORDER BY name, id DESC;
SELECT count(DISTINCT name), count(DISTINCT code), count(DISTINCT code COLLATE NOCASE) FROM t;
SELECT min(name), max(name), min(name COLLATE "C"), max(code COLLATE NOCASE) FROM t;
SELECT id, row_number() OVER (PARTITION BY name ORDER BY id) FROM t WHERE name < 'c' ORDER BY id;
SELECT id, rank() OVER (ORDER BY name) FROM t WHERE name < 'c' ORDER BY id;
SELECT string_agg(name, ',' ORDER BY name, id) FROM t;
SELECT name FROM (SELECT name FROM t) AS q WHERE name = 'BOB';
WITH q AS (SELECT code COLLATE NOCASE AS c FROM t) SELECT c FROM q WHERE c = 'x' ORDER BY c COLLATE "C";
SELECT name FROM t UNION SELECT 'x';
SELECT count(*) FROM (SELECT name FROM t UNION ALL SELECT name FROM t) AS q WHERE name = 'ann';
SELECT name COLLATE "C" FROM t INTERSECT SELECT 'ann';
SELECT name FROM t GROUP BY ROLLUP (name);
SELECT string_agg(DISTINCT name, ',') FROM t;
SELECT id FROM t WHERE name = ANY (SELECT 'BOB');
SELECT id FROM t WHERE name < ANY (ARRAY['b', 'c']);

-- An index is of one collation, and serves what compares or orders by it.

CREATE INDEX t_name ON t (name);
CREATE INDEX t_code ON t (code);
CREATE INDEX t_code_nocase ON t (code COLLATE NOCASE, id);
EXPLAIN SELECT id FROM t WHERE name = 'ANN';
SELECT id FROM t WHERE name = 'ANN';
EXPLAIN SELECT id FROM t WHERE name COLLATE "C" = 'ANN';
EXPLAIN SELECT id FROM t WHERE code = 'x';
EXPLAIN SELECT id FROM t WHERE code COLLATE nocase = 'X';
EXPLAIN SELECT id FROM t WHERE code COLLATE rtrim = 'X';
EXPLAIN SELECT name FROM t ORDER BY name LIMIT 1;
EXPLAIN SELECT code FROM t ORDER BY code LIMIT 1;
EXPLAIN SELECT code FROM t ORDER BY code COLLATE NOCASE, id LIMIT 1;
SELECT code FROM t ORDER BY code COLLATE NOCASE, id LIMIT 2;
EXPLAIN SELECT max(name) FROM t;
SELECT max(name) FROM t;
EXPLAIN SELECT id FROM t WHERE name > 'B' AND name <= 'c';
SELECT id FROM t WHERE name > 'B' AND name <= 'c' ORDER BY id;

-- Keys.

CREATE UNIQUE INDEX t_name_key ON t (name);
CREATE TABLE u (mail TEXT COLLATE NOCASE PRIMARY KEY, tag TEXT COLLATE RTRIM UNIQUE, CHECK (tag <> 'No'));
INSERT INTO u VALUES ('A@b', 'x');
INSERT INTO u VALUES ('a@B', 'y');
INSERT INTO u VALUES ('c@d', 'x  ');
INSERT INTO u VALUES ('c@d', 'No ');
INSERT INTO u VALUES ('a@b', 'z') ON CONFLICT (mail) DO UPDATE SET tag = excluded.tag RETURNING *;
INSERT INTO u VALUES ('q', 'z ') ON CONFLICT (tag) DO NOTHING;
INSERT INTO u VALUES ('a@b', 'z') ON CONFLICT (mail COLLATE "C") DO NOTHING;
INSERT OR REPLACE INTO u VALUES ('A@B', 'w') RETURNING *;
UPDATE u SET mail = 'a@b' WHERE mail = 'A@B' RETURNING mail;
DELETE FROM u WHERE mail = 'A@B' AND tag = 'W';
EXPLAIN SELECT tag FROM u WHERE mail = 'x';
CREATE TABLE r (mail TEXT REFERENCES u);
PRAGMA integrity_check;

reopen

SELECT mail FROM u WHERE mail = 'A@B';
ALTER TABLE u RENAME COLUMN mail TO address;
ALTER TABLE u ADD COLUMN city TEXT COLLATE NOCASE DEFAULT 'Bonn';
SELECT city FROM u WHERE city = 'BONN' AND address = 'A@B';
ALTER TABLE u ADD UNIQUE (city);
INSERT INTO u VALUES ('z', 'z', 'bonn');
ALTER TABLE u ALTER COLUMN city TYPE VARCHAR(10);
ALTER TABLE u DROP COLUMN address;
SELECT * FROM u WHERE tag = 'w ';
CREATE VIEW v AS SELECT tag, city FROM u;
SELECT tag FROM v WHERE city = 'BONN' AND tag = 'w  ';
PRAGMA integrity_check;

-- What is not.

SELECT name COLLATE french FROM t;
SELECT id COLLATE NOCASE FROM t;
SELECT name COLLATE nocas FROM t;
CREATE TABLE w (a INTEGER COLLATE NOCASE);
CREATE TABLE w (a TEXT COLLATE german);
