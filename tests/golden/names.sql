-- Every name is resolved before anything runs, on empty tables too.

CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
----
ok

CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, name TEXT);
----
ok

SELECT nosuch FROM people;
----
error 42703 at 1:8: column "nosuch" does not exist

SELECT people.nosuch FROM people;
----
error 42703 at 1:15: column "people.nosuch" does not exist

SELECT name FROM nosuch;
----
error 42P01 at 1:18: table "nosuch" does not exist

SELECT name
FROM people
JOIN pets ON people.id = pets.owner;
----
error 42702 at 1:8: column "name" is in more than one table
hint: put the table's name and a dot before it

SELECT people.name FROM people p;
----
error 42P01 at 1:8: FROM has no table "people"

SELECT nosuch(name) FROM people;
----
error 42883 at 1:8: function nosuch does not exist

SELECT LENGTH(name, 2) FROM people;
----
error 42883 at 1:8: function length does not take 2 arguments

INSERT INTO people (id, nosuch) VALUES (1, 2);
----
error 42703 at 1:25: table "people" has no column "nosuch"

INSERT INTO people (id, id) VALUES (1, 2);
----
error 42701 at 1:25: column "id" is named more than once

INSERT INTO people VALUES (1);
----
ok, 1 row

UPDATE people SET nosuch = 1;
----
error 42703 at 1:19: table "people" has no column "nosuch"

DELETE FROM people WHERE nosuch = 1;
----
error 42703 at 1:26: column "nosuch" does not exist

CREATE TABLE People (a INTEGER);
----
error 42P07 at 1:14: relation "People" already exists

CREATE TABLE IF NOT EXISTS people (a INTEGER);
----
ok

DROP TABLE nosuch;
----
error 42P01 at 1:12: table "nosuch" does not exist

DROP TABLE IF EXISTS nosuch;
----
ok

CREATE INDEX i ON people (nosuch);
----
error 42703 at 1:27: table "people" has no column "nosuch"

SELECT ID, Name FROM PEOPLE;
----
ID | Name
1 | NULL

SELECT "id", "name" FROM "people";
----
id | name
1 | NULL

SELECT id FROM people ORDER BY 2;
----
error 42P10 at 1:32: ORDER BY position 2 is not in the select list

SELECT id AS x FROM people ORDER BY x;
----
x
1

CREATE TABLE twice (a INTEGER, A TEXT);
----
error 42701 at 1:32: column "A" is named more than once
