-- UUIDs, in any of the forms that PostgreSQL reads.

CREATE TABLE u (id UUID PRIMARY KEY, n INTEGER);
----
ok

INSERT INTO u VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 1), ('{A0EEBC999C0B4EF8BB6D6BB9BD380A12}', 2), ('a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a10', 3);
----
ok, 3 rows

SELECT * FROM u ORDER BY id;
----
id | n
a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a10 | 3
a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 | 1
a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12 | 2

SELECT n FROM u WHERE id = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11';
----
n
1

SELECT n FROM u WHERE id > UUID 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a10' ORDER BY id DESC;
----
n
2
1

INSERT INTO u VALUES ('a0eebc999c0b4ef8bb6d6bb9bd380a11', 4);
----
error 23505: duplicate key value violates unique constraint "u_pkey": key (id)=(a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11) already exists

INSERT INTO u VALUES ('a0eebc99', 4);
----
error 22P02 at 1:23: invalid input for type UUID: "a0eebc99"

INSERT INTO u VALUES (5, 4);
----
error 42804 at 1:23: column "id" is UUID, the value INTEGER
hint: convert it with CAST

SELECT UUID 'a0e-ebc999c0b4ef8bb6d6bb9bd380a11';
----
error 22P02 at 1:13: invalid input for type UUID: "a0e-ebc999c0b4ef8bb6d6bb9bd380a11"

SELECT id::TEXT, typeof(id), quote(id) FROM u WHERE n = 1;
----
id | typeof | quote
a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 | uuid | UUID 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'

SELECT min(id), max(id), count(DISTINCT id) FROM u;
----
min | max | count
a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a10 | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12 | 3

SELECT gen_random_uuid() <> gen_random_uuid(), substr(gen_random_uuid()::TEXT, 15, 1), substr(uuidv7()::TEXT, 15, 1), uuid() IS NULL;
----
column1 | substr | substr | column4
true | 4 | 7 | false

SELECT count(DISTINCT gen_random_uuid()) FROM u;
----
count
3

SELECT CAST(id AS INTEGER) FROM u;
----
error 42804 at 1:13: cannot cast UUID to INTEGER
