-- Inner joins.

CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
----
ok

CREATE TABLE book (id INTEGER PRIMARY KEY, author INTEGER, title TEXT, year REAL);
----
ok

INSERT INTO author VALUES (1, 'Lem'), (2, 'Le Guin'), (3, 'Nobody');
----
ok, 3 rows

INSERT INTO book VALUES (10, 1, 'Solaris', 1961), (11, 2, 'The Dispossessed', 1974), (12, 1, 'Fiasco', 1986), (13, NULL, 'Beowulf', NULL);
----
ok, 4 rows

SELECT name, title FROM author JOIN book ON author.id = book.author ORDER BY title;
----
name | title
Lem | Fiasco
Lem | Solaris
Le Guin | The Dispossessed

SELECT a.name, COUNT(*) FROM author a INNER JOIN book b ON a.id = b.author GROUP BY a.name ORDER BY a.name;
----
name | count
Le Guin | 1
Lem | 2

SELECT a.name, b.title FROM author a, book b WHERE a.id = b.author AND b.year > 1970 ORDER BY b.year;
----
name | title
Le Guin | The Dispossessed
Lem | Fiasco

SELECT a.id, b.id FROM author a CROSS JOIN book b WHERE a.id < b.author ORDER BY a.id, b.id;
----
id | id
1 | 11

SELECT x.title, y.title FROM book x JOIN book y ON x.author = y.author AND x.id < y.id;
----
title | title
Solaris | Fiasco

SELECT COUNT(*) FROM author JOIN book ON author.id = book.id;
----
count
0

-- INTEGER and REAL keys meet.
SELECT b.title FROM book b JOIN (VALUES (1961), (1986)) AS v (y) ON b.year = v.y ORDER BY 1;
----
title
Fiasco
Solaris

SELECT name FROM author JOIN book USING (id);
----
name

SELECT * FROM author NATURAL JOIN book;
----
id | name | author | title | year

SELECT id FROM author JOIN book ON author.id = book.author;
----
error 42702 at 1:8: column "id" is in more than one table
hint: put the table's name and a dot before it

SELECT a.name FROM author a JOIN author a ON TRUE;
----
error 42712 at 1:34: table name "a" is used more than once
hint: give each an alias of its own

SELECT a.name FROM author a JOIN book b ON b.author;
----
error 42804 at 1:44: JOIN … ON takes BOOLEAN, not INTEGER
