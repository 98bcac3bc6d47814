//! The scripts. `{LARGE}` and `{SMALL}` are the digits of a large and a small value; `{V1}` to `{V7}` are wide vectors. ` | ` parts a
//! step, and `FAILS: ` begins a part that must fail and change nothing.

use super::{REKEY, REKEY_BEGIN, REKEY_RESUME, REOPEN};

/// A workload: its name and steps.
type Script = (&'static str, &'static [&'static str]);

/// All of them.
pub(super) const SCRIPTS: &[Script] = &[
    ("sql-everything", EVERYTHING),
    ("sql-rows", ROWS),
    ("sql-ddl", DDL),
    ("sql-create-index", CREATE_INDEX),
    ("sql-unique-violation", UNIQUE_VIOLATION),
    ("sql-large-values", LARGE_VALUES),
    ("sql-replaced-values", REPLACED_VALUES),
    ("sql-vectors", VECTORS),
    ("sql-wide-vectors", WIDE_VECTORS),
    ("sql-segment-merge", SEGMENT_MERGE),
    ("sql-vacuum", VACUUM),
    ("sql-rekey", ANOTHER_KEY),
    ("sql-rekey-interrupted", ANOTHER_KEY_LATER),
];

/// A little of everything, in one history.
const EVERYTHING: &[&str] = &[
    "CREATE TABLE plain (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size REAL, ok BOOLEAN)",
    "INSERT INTO plain (name, size, ok) VALUES ('a', 1.5, TRUE), ('b', NULL, FALSE), ('c', -2, NULL)",
    "CREATE UNIQUE INDEX plain_name ON plain (name)",
    "BEGIN; UPDATE plain SET size = size + 1 WHERE id < 3; INSERT INTO plain VALUES (10, 'd', 0, TRUE); COMMIT",
    "BEGIN; DELETE FROM plain; ROLLBACK",
    "CREATE TABLE large (id INTEGER PRIMARY KEY, body BLOB)",
    "INSERT INTO large VALUES (1, x'{LARGE}'), (2, x'{SMALL}')",
    "CREATE TABLE docs (id INTEGER PRIMARY KEY, topic TEXT, emb VECTOR(3))",
    REOPEN,
    "INSERT INTO docs VALUES (1,'x','[0,0,1]'), (2,'y','[1,2,3]'), (3,'x','[5,1,-3]'), (4,'y',NULL), (5,'x','[9,8,7]'), (6,'y','[-1,4,2]')",
    "CREATE INDEX docs_emb ON docs USING ann (emb) WITH (metric = 'l2', filters = 'topic')",
    "CALL persist_ann_index('docs', 'emb')",
    "UPDATE docs SET emb = '[9,9,9]' WHERE id = 2",
    "BEGIN; DELETE FROM docs WHERE id = 5; INSERT INTO docs VALUES (7,'z','[5,1,-2]'); UPDATE docs SET topic = 'z' WHERE id = 1; COMMIT",
    "UPDATE large SET body = x'{SMALL}' WHERE id = 1",
    "CALL persist_ann_index('docs', 'emb')",
    "CREATE TABLE gone (k TEXT PRIMARY KEY, v INTEGER)",
    REOPEN,
    "INSERT INTO gone VALUES ('p', 1), ('q', 2)",
    "BEGIN; DROP TABLE gone; INSERT INTO large VALUES (3, x'{LARGE}'); COMMIT",
    "DELETE FROM docs WHERE topic = 'y'",
    "DROP INDEX plain_name",
    "INSERT INTO plain (name, size) SELECT name, id FROM plain WHERE id <= 3",
    "BEGIN; DROP INDEX docs_emb; DELETE FROM large WHERE id = 2; COMMIT",
];

const ROWS: &[&str] = &[
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL)",
    "INSERT INTO t (a, b) VALUES ('one', 1)",
    "INSERT INTO t (a, b) VALUES ('two', 2)",
    "INSERT INTO t (a, b) SELECT a, b + 10 FROM t",
    "INSERT INTO t (a, b) SELECT a, b + 100 FROM t",
    "UPDATE t SET b = b * 2 WHERE id > 2",
    "UPDATE t SET a = 'changed' WHERE id = 1",
    "DELETE FROM t WHERE id = 2",
    "DELETE FROM t WHERE b > 200",
    "DELETE FROM t",
    "INSERT INTO t VALUES (7, 'again', NULL)",
];

const DDL: &[&str] = &[
    "CREATE TABLE a (id INTEGER PRIMARY KEY)",
    "CREATE TABLE b (k TEXT PRIMARY KEY, v INTEGER UNIQUE)",
    "INSERT INTO b VALUES ('p', 1), ('q', 2)",
    "BEGIN; CREATE TABLE c (x REAL); INSERT INTO c VALUES (1.5); DROP TABLE a; COMMIT",
    "BEGIN; DROP TABLE b; CREATE TABLE d (y INTEGER); ROLLBACK",
    "DROP TABLE c",
    REOPEN,
    "CREATE TABLE a (id INTEGER PRIMARY KEY, other TEXT)",
    "BEGIN; DROP TABLE b; CREATE TABLE b (k INTEGER); INSERT INTO b VALUES (1); COMMIT",
];

const CREATE_INDEX: &[&str] = &[
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
    "INSERT INTO t (a, b) VALUES ('m', 3), ('k', 1), ('z', NULL), (NULL, 2), ('k', 9)",
    "INSERT INTO t (a, b) SELECT a, b + id FROM t",
    "CREATE INDEX t_a ON t (a)",
    "CREATE INDEX t_ba ON t (b, a)",
    "UPDATE t SET b = b + 1 WHERE a = 'k'",
    "DELETE FROM t WHERE b > 5",
    "DROP INDEX t_a",
    "CREATE UNIQUE INDEX t_id ON t (id, a)",
];

const UNIQUE_VIOLATION: &[&str] = &[
    "CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT UNIQUE, b BLOB)",
    "INSERT INTO t VALUES (1, 'a', x'{LARGE}'), (2, 'b', NULL)",
    "FAILS: INSERT INTO t VALUES (3, 'c', x'{LARGE}'), (4, 'a', x'00')",
    "FAILS: UPDATE t SET k = 'b'",
    "INSERT INTO t VALUES (3, 'c', x'{SMALL}')",
    "CREATE TABLE u (a INTEGER, b INTEGER)",
    "INSERT INTO u VALUES (1, 1), (2, 1)",
    "FAILS: CREATE UNIQUE INDEX u_b ON u (b)",
    "DELETE FROM t WHERE id = 1",
    "INSERT INTO t VALUES (4, 'a', x'{LARGE}')",
];

const LARGE_VALUES: &[&str] = &[
    "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)",
    "INSERT INTO t VALUES (1, x'{LARGE}')",
    "INSERT INTO t VALUES (2, x'{LARGE}'), (3, x'{SMALL}')",
    "UPDATE t SET b = x'{SMALL}' WHERE id = 1",
    "UPDATE t SET b = x'{LARGE}' WHERE id = 3",
    "DELETE FROM t WHERE id = 2",
    "INSERT INTO t SELECT id + 10, b FROM t",
    "DROP TABLE t",
];

/// Large values that come and go within one transaction, and are replaced and deleted after failures in it.
const REPLACED_VALUES: &[&str] = &[
    "CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT UNIQUE, b BLOB)",
    "INSERT INTO t VALUES (1, 'a', x'{SMALL}'), (2, 'b', x'00')",
    "BEGIN; UPDATE t SET b = x'{LARGE}' WHERE id = 1; UPDATE t SET b = x'{SMALL}' WHERE id = 1; COMMIT",
    "BEGIN; INSERT INTO t VALUES (3, 'c', x'{LARGE}'); DELETE FROM t WHERE id = 3; COMMIT",
    "UPDATE t SET k = 'd' WHERE id = 2",
    "BEGIN; INSERT INTO t VALUES (3, 'c', x'{LARGE}'); UPDATE t SET b = x'01{LARGE}'; UPDATE t SET b = x'02' WHERE id <> 2; COMMIT",
    "BEGIN; UPDATE t SET b = x'{LARGE}'; DELETE FROM t WHERE id = 1; ROLLBACK",
    REOPEN,
    "BEGIN; UPDATE t SET b = x'{LARGE}' WHERE id = 1; INSERT INTO t VALUES (4, 'e', x'{LARGE}'); UPDATE t SET b = NULL; COMMIT",
    "BEGIN; UPDATE t SET b = x'{LARGE}' | FAILS: INSERT INTO t VALUES (5, 'f', x'{LARGE}'), (6, 'a', x'00') | UPDATE t SET b = x'{SMALL}'; COMMIT",
    "UPDATE t SET b = x'01' WHERE id < 3",
    "BEGIN; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (1, 'a', x'{LARGE}'); DELETE FROM t WHERE id = 1; COMMIT",
];

/// Vectors wider than 1 KiB, which have a tree of their own, and are replaced and deleted in the transaction that put them in.
const WIDE_VECTORS: &[&str] = &[
    "CREATE TABLE w (id INTEGER PRIMARY KEY, topic TEXT, emb VECTOR(300))",
    "CREATE INDEX w_emb ON w USING ann (emb) WITH (metric = 'l2', filters = 'topic')",
    "INSERT INTO w VALUES (1, 'x', '{V1}'), (2, 'y', '{V2}'), (3, 'x', NULL)",
    "BEGIN; INSERT INTO w VALUES (4, 'x', '{V3}'); UPDATE w SET emb = '{V4}' WHERE id = 4; COMMIT",
    "BEGIN; UPDATE w SET emb = '{V5}'; UPDATE w SET emb = NULL WHERE id = 2; COMMIT",
    "UPDATE w SET topic = 'y' WHERE id = 1",
    "BEGIN; INSERT INTO w VALUES (5, 'y', '{V6}'); DELETE FROM w WHERE id = 5; COMMIT",
    "CALL persist_ann_index('w', 'emb')",
    "BEGIN; DELETE FROM w WHERE id = 1; INSERT INTO w VALUES (1, 'x', '{V1}'); UPDATE w SET emb = '{V2}' WHERE id = 1; COMMIT",
    REOPEN,
    "BEGIN; UPDATE w SET emb = '{V7}' | FAILS: INSERT INTO w VALUES (6, 'x', '{V1}'), (1, 'x', '{V2}') | UPDATE w SET emb = '{V3}' WHERE id = 3; COMMIT",
    "BEGIN; UPDATE w SET emb = '{V4}'; DELETE FROM w; ROLLBACK",
    "BEGIN; INSERT INTO w SELECT id + 10, topic, emb FROM w; DELETE FROM w WHERE id > 10; COMMIT",
    "DELETE FROM w WHERE id < 3",
];

const VECTORS: &[&str] = &[
    "CREATE TABLE docs (id INTEGER PRIMARY KEY, topic TEXT, emb VECTOR(3))",
    "CREATE INDEX docs_emb ON docs USING ann (emb) WITH (metric = 'l2', filters = 'topic')",
    "INSERT INTO docs VALUES (1,'x','[0,0,1]')",
    "INSERT INTO docs VALUES (2,'y','[1,2,3]'), (3,'x','[5,1,-3]'), (4,'y',NULL)",
    "UPDATE docs SET emb = '[4,4,4]' WHERE id = 1",
    "UPDATE docs SET topic = 'x' WHERE id = 2",
    "DELETE FROM docs WHERE id = 3",
    "BEGIN; INSERT INTO docs VALUES (5,'x','[1,1,1]'); DELETE FROM docs; ROLLBACK",
    "INSERT INTO docs SELECT id + 10, topic, emb FROM docs",
];

const SEGMENT_MERGE: &[&str] = &[
    "CREATE TABLE docs (id INTEGER PRIMARY KEY, topic TEXT, emb VECTOR(3))",
    "INSERT INTO docs VALUES (1,'x','[0,0,1]'), (2,'y','[1,2,3]'), (3,'x','[5,1,-3]'), (4,'y',NULL), (5,'x','[9,8,7]'), (6,'y','[-1,4,2]')",
    "CREATE INDEX docs_emb ON docs USING ann (emb) WITH (metric = 'l2', filters = 'topic')",
    "CALL persist_ann_index('docs', 'emb')",
    "INSERT INTO docs SELECT id + 10, topic, emb FROM docs",
    "CALL persist_ann_index('docs', 'emb')",
    "DELETE FROM docs WHERE id < 4",
    REOPEN,
    "REINDEX docs_emb",
    "UPDATE docs SET emb = '[2,2,2]' WHERE topic = 'y'",
    "CALL persist_ann_index('docs', 'emb')",
    "DROP INDEX docs_emb",
];

const VACUUM: &[&str] = &[
    "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)",
    "INSERT INTO t VALUES (1, x'{LARGE}'), (2, x'{SMALL}'), (3, x'{LARGE}'), (4, x'{SMALL}')",
    "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT UNIQUE)",
    "INSERT INTO u (a) VALUES ('x'), ('y'), ('z')",
    "DELETE FROM t WHERE id IN (1, 3)",
    "VACUUM",
    "INSERT INTO u (a) VALUES ('w')",
    "DROP TABLE t",
    "VACUUM",
    "DELETE FROM u WHERE a = 'x'",
];

const ANOTHER_KEY: &[&str] = &[
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b BLOB)",
    "INSERT INTO t VALUES (1, 'x', x'{LARGE}'), (2, 'y', x'{SMALL}'), (3, 'z', NULL)",
    "UPDATE t SET a = 'w' WHERE id = 3",
    REKEY,
    "UPDATE t SET b = x'{SMALL}' WHERE id = 3",
    "DELETE FROM t WHERE id = 1",
    REOPEN,
    "INSERT INTO t VALUES (4, 'x', x'{LARGE}')",
];

const ANOTHER_KEY_LATER: &[&str] = &[
    "CREATE TABLE docs (id INTEGER PRIMARY KEY, topic TEXT, emb VECTOR(3))",
    "INSERT INTO docs VALUES (1,'x','[0,0,1]'), (2,'y','[1,2,3]'), (3,'x','[5,1,-3]'), (4,'y',NULL)",
    "CREATE INDEX docs_emb ON docs USING ann (emb) WITH (metric = 'l2', filters = 'topic')",
    "CALL persist_ann_index('docs', 'emb')",
    REKEY_BEGIN,
    "UPDATE docs SET emb = '[4,4,4]' WHERE id = 1",
    REOPEN,
    "INSERT INTO docs VALUES (5,'x','[9,8,7]')",
    REKEY_RESUME,
    "DELETE FROM docs WHERE id = 2",
];
