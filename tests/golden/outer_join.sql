-- Outer joins: LEFT, RIGHT, FULL, with ON, USING and NATURAL.

CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
----

INSERT INTO author VALUES (1, 'Lem'), (2, 'Le Guin'), (3, 'Nobody');
----

CREATE TABLE book (id INTEGER PRIMARY KEY, author INTEGER, title TEXT);
----

INSERT INTO book VALUES (10, 1, 'Solaris'), (11, 2, 'The Dispossessed'), (12, 1, 'Fiasco'), (13, NULL, 'Beowulf'), (14, 9, 'Lost');
----

SELECT a.name, b.title FROM author a LEFT JOIN book b ON a.id = b.author ORDER BY a.id, b.id;
----

SELECT a.name, b.title FROM author a RIGHT JOIN book b ON a.id = b.author ORDER BY b.id;
----

SELECT a.name, b.title FROM author a FULL OUTER JOIN book b ON a.id = b.author ORDER BY a.id, b.id;
----

-- What ON asks of a kept row does not take it away; what WHERE asks does.
SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author AND a.id > 1 ORDER BY 1, 2;
----

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author AND b.title LIKE 'F%' ORDER BY 1, 2;
----

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.id IS NULL;
----

SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.title LIKE 'F%';
----

-- A condition that NULL does not meet makes an inner join of it.
EXPLAIN SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.title = 'Fiasco';
----

EXPLAIN SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id = b.author WHERE b.title IS NULL;
----

EXPLAIN SELECT b.id, a.name FROM book b LEFT JOIN author a ON a.id = b.author WHERE b.id < 12;
----

-- Without an equality.
SELECT a.id, b.id FROM author a LEFT JOIN book b ON a.id > b.author ORDER BY 1, 2;
----

SELECT a.id, b.id FROM author a FULL JOIN book b ON a.id > b.author ORDER BY 1, 2;
----

-- Always and never.
SELECT COUNT(*), COUNT(b.id) FROM author a LEFT JOIN book b ON FALSE;
----

SELECT COUNT(*) FROM author a FULL JOIN book b ON FALSE;
----

SELECT COUNT(*) FROM author a LEFT JOIN book b ON TRUE;
----

-- USING gives one column: of the side whose rows are all kept, or of either.
CREATE TABLE l (k INTEGER, x TEXT);
----

CREATE TABLE r (k REAL, y TEXT);
----

INSERT INTO l VALUES (1, 'l1'), (2, 'l2');
----

INSERT INTO r VALUES (2.0, 'r2'), (2.5, 'r3');
----

SELECT * FROM l LEFT JOIN r USING (k) ORDER BY k;
----

SELECT * FROM l RIGHT JOIN r USING (k) ORDER BY k;
----

SELECT * FROM l FULL JOIN r USING (k) ORDER BY k;
----

SELECT k, l.k, r.k FROM l FULL JOIN r USING (k) WHERE k > 1 ORDER BY k;
----

SELECT * FROM l NATURAL JOIN r;
----

SELECT * FROM l NATURAL FULL JOIN r ORDER BY k;
----

-- Chains, and a join of nothing.
SELECT a.id, b.id, c.id FROM author a LEFT JOIN book b ON a.id = b.author LEFT JOIN author c ON c.id = b.id - 10 ORDER BY 1, 2, 3;
----

CREATE TABLE nothing (id INTEGER PRIMARY KEY);
----

SELECT a.id, n.id FROM author a LEFT JOIN nothing n ON n.id = a.id ORDER BY 1;
----

SELECT n.id, a.id FROM nothing n FULL JOIN author a ON n.id = a.id ORDER BY 2;
----

SELECT n.id, a.id FROM nothing n LEFT JOIN author a ON n.id = a.id;
----

SELECT a.id, b.id FROM author a LEFT JOIN (book b JOIN author c ON b.author = c.id AND c.name = 'Lem') ON a.id = b.author ORDER BY 1, 2;
----
