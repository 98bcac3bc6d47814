-- Dates, times, timestamps and intervals, as PostgreSQL reads, computes and prints them.

CREATE TABLE e (id INTEGER PRIMARY KEY, d DATE, t TIME, ts TIMESTAMP, tz TIMESTAMPTZ, i INTERVAL);
----
ok

INSERT INTO e (d, t, ts, tz, i) VALUES ('2024-02-29', '04:05:06.7', '2024-02-29 12:00', '2024-02-29 12:00+02', '1 day 2 hours'), ('January 8, 1999', '4:05 PM', '19990108T040506', '1999-01-08 04:05:06 PST', '1-2'), ('epoch', '00:00', 'infinity', '-infinity', 'P1Y2M3DT4H'), (NULL, NULL, NULL, NULL, NULL);
----
ok, 4 rows

SELECT * FROM e ORDER BY id;
----
id | d | t | ts | tz | i
1 | 2024-02-29 | 04:05:06.7 | 2024-02-29 12:00:00 | 2024-02-29 10:00:00+00 | 1 day 02:00:00
2 | 1999-01-08 | 16:05:00 | 1999-01-08 04:05:06 | 1999-01-08 12:05:06+00 | 1 year 2 mons
3 | 1970-01-01 | 00:00:00 | infinity | -infinity | 1 year 2 mons 3 days 04:00:00
4 | NULL | NULL | NULL | NULL | NULL

SELECT id FROM e WHERE d > '2000-01-01';
----
id
1

SELECT id FROM e WHERE d = TIMESTAMP '2024-02-29';
----
id
1

SELECT id FROM e WHERE d = TIMESTAMP '2024-02-29 00:01';
----
id

SELECT id, d FROM e ORDER BY d DESC NULLS LAST;
----
id | d
1 | 2024-02-29
2 | 1999-01-08
3 | 1970-01-01
4 | NULL

SELECT id, i FROM e ORDER BY i;
----
id | i
1 | 1 day 02:00:00
2 | 1 year 2 mons
3 | 1 year 2 mons 3 days 04:00:00
4 | NULL

SELECT min(d), max(ts), max(tz), min(t), max(i), count(DISTINCT d) FROM e;
----
min | max | max | min | max | count
1970-01-01 | infinity | 2024-02-29 10:00:00+00 | 00:00:00 | 1 year 2 mons 3 days 04:00:00 | 3

SELECT sum(i), avg(i) FROM e;
----
sum | avg
2 years 4 mons 4 days 06:00:00 | 9 mons 11 days 10:00:00

-- Each type in an index, and as a primary key.

CREATE INDEX e_d ON e (d);
----
ok

CREATE UNIQUE INDEX e_tz ON e (tz);
----
ok

SELECT id FROM e WHERE d BETWEEN '1970-01-01' AND '1999-12-31' ORDER BY d;
----
id
3
2

EXPLAIN SELECT id FROM e WHERE d = '2024-02-29';
----
QUERY PLAN
IndexOnlyScan on e using e_d  (rows=10)
  Index Cond: d = DATE '2024-02-29'

INSERT INTO e (tz) VALUES ('2024-02-29 10:00Z');
----
error 23505: duplicate key value violates unique constraint "e_tz": key (tz)=(2024-02-29 10:00:00+00) already exists

CREATE TABLE days (d DATE PRIMARY KEY, n INTEGER);
----
ok

INSERT INTO days VALUES ('2024-03-01', 3), ('2024-02-28', 1), ('2024-02-29', 2);
----
ok, 3 rows

INSERT INTO days VALUES ('2024-02-29', 4);
----
error 23505: duplicate key value violates unique constraint "days_pkey": key (d)=(2024-02-29) already exists

SELECT * FROM days WHERE d >= '2024-02-29' ORDER BY d DESC;
----
d | n
2024-03-01 | 3
2024-02-29 | 2

CREATE TABLE spans (i INTERVAL UNIQUE);
----
ok

INSERT INTO spans VALUES ('1 month');
----
ok, 1 row

INSERT INTO spans VALUES ('30 days');
----
error 23505: duplicate key value violates unique constraint "spans_i_key": key (i)=(1 mon) already exists

-- Arithmetic.

SELECT DATE '2024-02-29' + 1, DATE '2024-02-29' - 60, DATE '2024-03-01' - DATE '2024-02-01', DATE '2024-01-31' + INTERVAL '1 month';
----
column1 | column2 | column3 | column4
2024-03-01 | 2023-12-31 | 29 | 2024-02-29 00:00:00

SELECT TIMESTAMP '2024-02-29 12:00' - INTERVAL '1 day 01:30', TIMESTAMP '2024-02-29 12:00' - TIMESTAMP '2024-01-01', TIME '23:00' + INTERVAL '2 hours', TIME '01:00' - TIME '02:30';
----
column1 | column2 | column3 | column4
2024-02-28 10:30:00 | 59 days 12:00:00 | 01:00:00 | -01:30:00

SELECT INTERVAL '1 month' + INTERVAL '1 day', INTERVAL '1 day' * 1.5, 3 * INTERVAL '20 minutes', INTERVAL '1 hour' / 4, -INTERVAL '1 day 2 hours';
----
column1 | column2 | column3 | column4 | column5
1 mon 1 day | 1 day 12:00:00 | 01:00:00 | 00:15:00 | -1 days -02:00:00

SELECT DATE '2024-01-01' + TIME '10:30', TIMESTAMP '2024-01-01' - DATE '2023-12-31', DATE '2024-02-29' - '2024-02-01';
----
column1 | column2 | column3
2024-01-01 10:30:00 | 1 day | 28

SELECT DATE '2024-01-01' * 2;
----
error 42804 at 1:13: operator does not exist: DATE * INTEGER

SELECT DATE '2024-01-01' + DATE '2024-01-01';
----
error 42804 at 1:13: operator does not exist: DATE + DATE

SELECT TIMESTAMP '294276-12-31' + INTERVAL '1 day';
----
error 22008 at 1:18: TIMESTAMP out of range

SELECT DATE 'infinity' - DATE '2024-01-01';
----
error 22008 at 1:13: infinite dates have no difference

SELECT INTERVAL '1 day' / 0;
----
error 22012 at 1:17: division by zero

-- What is wrong is named.

SELECT DATE '2023-02-29';
----
error 22008 at 1:13: date or time field out of range: "2023-02-29"

SELECT DATE 'hello';
----
error 22007 at 1:13: invalid input for type DATE: "hello"

SELECT TIME '25:00';
----
error 22008 at 1:13: date or time field out of range: "25:00"

SELECT INTERVAL '1 fortnight';
----
error 22007 at 1:17: invalid input for type INTERVAL: "1 fortnight"

SELECT TIMESTAMPTZ '2024-01-01 10:00 Mars/Olympus';
----
error 22023 at 1:20: the time zone in "2024-01-01 10:00 Mars/Olympus" is not known

SELECT CAST('10:00' AS TIMETZ);
----
error 0A000 at 1:13: type TIME WITH TIME ZONE is not supported
hint: TIMESTAMPTZ is a moment, TIME a time of day

CREATE TABLE bad (i INTERVAL DAY TO HOUR);
----
error 0A000 at 1:19: type INTERVAL DAY TO HOUR is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last

INSERT INTO e (d) VALUES (TIMESTAMP '2024-01-01 10:00');
----
error 22008 at 1:37: 2024-01-01 10:00:00 is not exact as DATE
hint: CAST leaves the time of day out

INSERT INTO e (d) VALUES (TIMESTAMP '2024-01-01 00:00') RETURNING d;
----
d
2024-01-01

INSERT INTO e (d) VALUES (5);
----
error 42804 at 1:27: column "d" is DATE, the value INTEGER
hint: convert it with CAST

-- Digits of seconds.

CREATE TABLE precise (a TIMESTAMP(3), b TIME(0), c TIMESTAMPTZ(1), d INTERVAL(2));
----
ok

INSERT INTO precise VALUES ('2024-01-01 00:00:00.1235', '10:00:00.5', '2024-01-01 00:00:00.25Z', '1.239 seconds') RETURNING *;
----
a | b | c | d
2024-01-01 00:00:00.124 | 10:00:01 | 2024-01-01 00:00:00.3+00 | 00:00:01.24

SELECT '2024-01-01 00:00:59.9996'::TIMESTAMP(3), TIME(0) '10:00:00.4';
----
column1 | column2
2024-01-01 00:01:00 | 10:00:00

-- Fields, beginnings, ages.

SELECT extract(year FROM d), extract(dow FROM d), extract(epoch FROM tz), date_part('second', t) FROM e WHERE id = 1;
----
extract | extract | extract | date_part
2024 | 4 | 1709200800.000000 | 6.7

SELECT extract(hour FROM DATE '2024-01-01');
----
error 0A000 at 1:31: the field Hour is not supported for DATE

SELECT extract(fortnight FROM DATE '2024-01-01');
----
error 22023 at 1:36: there is no field "fortnight" of a date or a time

SELECT date_trunc('month', TIMESTAMP '2024-02-29 12:34:56'), date_trunc('hour', INTERVAL '1 day 02:30'), date_bin('15 minutes', TIMESTAMP '2024-02-29 12:34', TIMESTAMP '2001-01-01');
----
date_trunc | date_trunc | date_bin
2024-02-01 00:00:00 | 1 day 02:00:00 | 2024-02-29 12:30:00

SELECT age(TIMESTAMP '2001-04-10', TIMESTAMP '1957-06-13'), age(TIMESTAMP '2024-01-01', TIMESTAMP '2024-02-29 10:00');
----
age | age
43 years 9 mons 27 days | -1 mons -28 days -10:00:00

SELECT make_date(2024, 2, 29), make_date(-44, 3, 15), make_time(8, 15, 23.5), make_timestamp(2024, 2, 29, 8, 15, 23.5), make_interval(days => 10, secs => 1.5);
----
make_date | make_date | make_time | make_timestamp | make_interval
2024-02-29 | 0044-03-15 BC | 08:15:23.5 | 2024-02-29 08:15:23.5 | 10 days 00:00:01.5

SELECT make_date(2023, 2, 29);
----
error 22008 at 1:8: a field of a date or time is out of range

SELECT justify_hours(INTERVAL '50 hours'), justify_days(INTERVAL '35 days'), justify_interval(INTERVAL '1 mon -1 hour');
----
justify_hours | justify_days | justify_interval
2 days 02:00:00 | 1 mon 5 days | 29 days 23:00:00

SELECT isfinite(DATE 'infinity'), isfinite(INTERVAL '1 day');
----
isfinite | isfinite
false | true

SELECT (DATE '2001-02-16', DATE '2001-12-21') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30'), (TIMESTAMP '2001-02-16', INTERVAL '100 days') OVERLAPS (TIMESTAMP '2001-10-30', TIMESTAMP '2002-10-30');
----
overlaps | overlaps
true | false

SELECT to_char(TIMESTAMP '2024-02-29 13:04:05.678', 'FMDay, DD Mon YYYY HH12:MI:SS.MS PM'), to_char(INTERVAL '15h 2m', 'HH24:MI'), to_date('05 Dec 2000', 'DD Mon YYYY'), to_timestamp('2024-02-29 10', 'YYYY-MM-DD HH24'), to_timestamp(1.5);
----
to_char | to_char | to_date | to_timestamp | to_timestamp
Thursday, 29 Feb 2024 01:04:05.678 PM | 15:02 | 2000-12-05 | 2024-02-29 10:00:00+00 | 1970-01-01 00:00:01.5+00

-- Time zones.

SHOW timezone;
----
TimeZone
UTC

SET timezone = 'America/New_York';
----
ok

SHOW TIME ZONE;
----
TimeZone
America/New_York

SELECT '2024-07-01 12:00'::TIMESTAMPTZ, TIMESTAMPTZ '2024-07-01 12:00Z'::TEXT, TIMESTAMPTZ '2024-07-01 02:00Z'::DATE;
----
column1 | column2 | column3
2024-07-01 16:00:00+00 | 2024-07-01 08:00:00-04 | 2024-06-30

SELECT TIMESTAMP '2024-07-01 12:00' AT TIME ZONE 'Europe/Berlin', (TIMESTAMPTZ '2024-07-01 12:00Z' AT TIME ZONE 'Asia/Tokyo'), extract(timezone_hour FROM TIMESTAMPTZ '2024-07-01 12:00Z');
----
timezone | timezone | extract
2024-07-01 10:00:00+00 | 2024-07-01 21:00:00 | -4

SELECT (TIMESTAMPTZ '2024-03-09 12:00' + INTERVAL '1 day')::TEXT, (TIMESTAMPTZ '2024-03-09 12:00' + INTERVAL '24 hours')::TEXT;
----
column1 | column2
2024-03-10 12:00:00-04 | 2024-03-10 13:00:00-04

SELECT 'at ' || TIMESTAMPTZ '2024-07-01 12:00Z', concat(TIMESTAMPTZ '2024-07-01 12:00Z');
----
column1 | concat
at 2024-07-01 08:00:00-04 | 2024-07-01 08:00:00-04

SET TIME ZONE DEFAULT;
----
ok

SELECT 'at ' || TIMESTAMPTZ '2024-07-01 12:00Z';
----
column1
at 2024-07-01 12:00:00+00

SET timezone = 'Nowhere/Town';
----
error 22023 at 1:16: time zone "Nowhere/Town" is not known

-- The time stands still in a transaction.

BEGIN;
----
ok

CREATE TABLE clock (at TIMESTAMPTZ);
----
ok

INSERT INTO clock VALUES (now());
----
ok, 1 row

INSERT INTO clock VALUES (CURRENT_TIMESTAMP);
----
ok, 1 row

SELECT count(DISTINCT at), count(*) FROM clock WHERE at = now() AND at <= statement_timestamp() AND at <= clock_timestamp();
----
count | count
1 | 2

COMMIT;
----
ok

SELECT CURRENT_DATE = now()::DATE, 'today'::DATE = CURRENT_DATE, 'tomorrow'::DATE - CURRENT_DATE, LOCALTIMESTAMP = now()::TIMESTAMP;
----
column1 | column2 | column3 | column4
true | true | 1 | true

CREATE TABLE checked (d DATE CHECK (d < now()));
----
error 0A000 at 1:37: a function in CHECK that gives another value each time, or in another time zone is not supported

CREATE TABLE yearly (ts TIMESTAMP, y INTEGER GENERATED ALWAYS AS (CAST(date_part('year', ts) AS INTEGER)) STORED);
----
ok

CREATE TABLE computed (ts TIMESTAMP, d DATE GENERATED ALWAYS AS (ts::DATE) STORED, CHECK (d > DATE '2000-01-01'));
----
ok

INSERT INTO computed (ts) VALUES ('2024-02-29 12:00') RETURNING *;
----
ts | d
2024-02-29 12:00:00 | 2024-02-29

INSERT INTO computed (ts) VALUES ('1999-02-28 12:00');
----
error 23514: a row of table "computed" violates check constraint "computed_d_check"

-- SQLite's functions.

SELECT date('2024-01-31', '+1 month'), datetime(1092941466, 'unixepoch'), time('12:34:56.789'), julianday('2000-01-01 12:00'), unixepoch('1970-01-02'), strftime('%Y/%m/%d', '2024-02-29');
----
date | datetime | time | julianday | unixepoch | strftime
2024-03-02 | 2004-08-19 18:51:06 | 12:34:56 | 2451545.0 | 86400 | 2024/02/29

SELECT date('2024-02-29', 'no such thing');
----
error 22023 at 1:8: there is no modifier "no such thing" of a time

SELECT typeof(d), typeof(t), typeof(ts), typeof(tz), typeof(i), quote(d), quote(tz), quote(i) FROM e WHERE id = 1;
----
typeof | typeof | typeof | typeof | typeof | quote | quote | quote
date | time | timestamp | timestamptz | interval | DATE '2024-02-29' | TIMESTAMPTZ '2024-02-29 10:00:00+00' | INTERVAL '1 day 02:00:00'

SELECT d, count(*) FROM e GROUP BY d ORDER BY d;
----
d | count
1970-01-01 | 1
1999-01-08 | 1
2024-01-01 | 1
2024-02-29 | 1
NULL | 1

SELECT coalesce(d, DATE '2000-01-01'), greatest(d, '1999-01-08'), CASE WHEN d IS NULL THEN ts ELSE d END FROM e ORDER BY id LIMIT 2;
----
coalesce | greatest | case
2024-02-29 | 2024-02-29 | 2024-02-29 00:00:00
1999-01-08 | 1999-01-08 | 1999-01-08 00:00:00

SELECT DATE '2024-01-01' UNION ALL SELECT TIMESTAMP '2024-01-02 10:00';
----
column1
2024-01-01 00:00:00
2024-01-02 10:00:00

SELECT INTERVAL(2) '1 day 01:23:45.6789' AS cut;
----
cut
1 day 01:23:45.68

SELECT TIME '1';
----
error 22007 at 1:13: invalid input for type TIME: "1"

SELECT INTERVAL YEAR '1';
----
error 42601 at 1:17: syntax error: expected a string after INTERVAL, found YEAR

SELECT INTERVAL DAY TO SECOND '1';
----
error 42601 at 1:17: syntax error: expected a string after INTERVAL, found DAY
