//! What parses, how it groups, what is refused.

use proptest::prelude::*;

use super::parse;
use crate::ast::{
    Arguments, BeginMode, BinaryOp, Expr, ExprKind, Identifier, InsertSource, QueryBody,
    SelectItem, StatementKind, Subscript, UnaryOp,
};
use crate::error::{Error, SqlState};
use crate::types::SqlType;

fn one(sql: &str) -> StatementKind {
    let mut parsed = parse(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert_eq!(parsed.len(), 1, "{sql}");
    parsed.remove(0).statement.kind
}

fn error(sql: &str) -> Error {
    match parse(sql) {
        Err(error) => error,
        Ok(parsed) => panic!("{sql} parses: {parsed:?}"),
    }
}

/// An expression with all its parentheses.
fn grouped(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Null => "NULL".to_owned(),
        ExprKind::Boolean(v) => v.to_string(),
        ExprKind::Integer(v) => v.to_string(),
        ExprKind::Real { value, .. } => format!("{value:?}"),
        ExprKind::Numeric(v) => v.to_string(),
        ExprKind::Text(v) => format!("'{v}'"),
        ExprKind::Blob(v) => format!("x{v:?}"),
        ExprKind::Parameter(index) => format!("?{}", index + 1),
        ExprKind::Default => "DEFAULT".to_owned(),
        ExprKind::Column { table, column } => match table {
            Some(table) => format!("{}.{}", table.name, column.name),
            None => column.name.clone(),
        },
        ExprKind::Collate { operand, collation } => {
            format!("({} COLLATE {})", grouped(operand), collation.name)
        }
        ExprKind::Unary { op, operand } => match op {
            UnaryOp::Not => format!("(NOT {})", grouped(operand)),
            _ => format!("({}{})", op.symbol(), grouped(operand)),
        },
        ExprKind::Binary { op, left, right } => {
            format!("({} {} {})", grouped(left), op.symbol(), grouped(right))
        }
        ExprKind::Distance {
            metric,
            left,
            right,
        } => format!("({} {} {})", grouped(left), metric.symbol(), grouped(right)),
        ExprKind::IsNull { operand, negated } => format!(
            "({} IS{} NULL)",
            grouped(operand),
            if *negated { " NOT" } else { "" }
        ),
        ExprKind::IsTruth { operand, truth, .. } => format!("({} IS {truth:?})", grouped(operand)),
        ExprKind::IsDistinct { left, right, .. } => {
            format!("({} DISTINCT {})", grouped(left), grouped(right))
        }
        ExprKind::Between {
            operand, low, high, ..
        } => format!(
            "({} BETWEEN {} AND {})",
            grouped(operand),
            grouped(low),
            grouped(high)
        ),
        ExprKind::InList { operand, list, .. } => {
            let list: Vec<_> = list.iter().map(grouped).collect();
            format!("({} IN ({}))", grouped(operand), list.join(", "))
        }
        ExprKind::Like {
            operand, pattern, ..
        } => format!("({} LIKE {})", grouped(operand), grouped(pattern)),
        ExprKind::Case { branches, .. } => format!("CASE of {}", branches.len()),
        ExprKind::Cast {
            operand, to, limit, ..
        } => match limit {
            None => format!("({}::{to})", grouped(operand)),
            Some(limit) => format!("({}::{limit})", grouped(operand)),
        },
        ExprKind::Function { name, arguments } => match arguments {
            Arguments::WithinGroup { values, .. } => {
                let values: Vec<String> = values.iter().map(grouped).collect();
                format!("{}({}) WITHIN GROUP", name.name, values.join(", "))
            }
            Arguments::Star => format!("{}(*)", name.name),
            Arguments::List { values, .. } => {
                let values: Vec<_> = values.iter().map(grouped).collect();
                format!("{}({})", name.name, values.join(", "))
            }
        },
        ExprKind::Filtered {
            name,
            arguments,
            filter,
        } => {
            let kind = ExprKind::Function {
                name: name.clone(),
                arguments: arguments.clone(),
            };
            let call = grouped(&Expr {
                kind,
                position: None,
            });
            format!("{call} FILTER {}", grouped(filter))
        }
        ExprKind::Window { name, .. } => format!("{} OVER", name.name),
        ExprKind::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(grouped).collect();
            format!("ARRAY[{}]", elements.join(", "))
        }
        ExprKind::Subscript { array, subscripts } => {
            let end = |end: &Option<Expr>| end.as_ref().map(grouped).unwrap_or_default();
            let subscripts = subscripts.iter().map(|subscript| match subscript {
                Subscript::Index(at) => format!("[{}]", grouped(at)),
                Subscript::Slice(low, high) => format!("[{}:{}]", end(low), end(high)),
            });
            format!("{}{}", grouped(array), subscripts.collect::<String>())
        }
        ExprKind::AnyElement {
            operand,
            op,
            array,
            all,
        } => {
            let word = if *all { "ALL" } else { "ANY" };
            let (operand, array) = (grouped(operand), grouped(array));
            format!("({operand} {} {word} {array})", op.symbol())
        }
        ExprKind::Subquery(_) => "(query)".to_owned(),
        ExprKind::Exists(_) => "EXISTS (query)".to_owned(),
        ExprKind::Any { operand, op, .. } => {
            format!("({} {} ANY (query))", grouped(operand), op.symbol())
        }
    }
}

fn expression(text: &str) -> String {
    let sql = format!("SELECT {text}");
    let StatementKind::Query(query) = one(&sql) else {
        panic!("{sql}")
    };
    let QueryBody::Select(select) = query.body else {
        panic!("{sql}")
    };
    match select.items.as_slice() {
        [SelectItem::Expr { expr, alias: None }] => grouped(expr),
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn operators_group_as_in_postgresql() {
    for (text, expected) in [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("-a * b", "((-a) * b)"),
        ("-a::real", "(-(a::REAL))"),
        ("a || b || c", "((a || b) || c)"),
        ("a + b || c", "((a + b) || c)"),
        ("a + 1 NOT IN (SELECT 1)", "(NOT ((a + 1) = ANY (query)))"),
        (
            "a < ALL (SELECT 1) AND NOT EXISTS (SELECT 1)",
            "((NOT (a >= ANY (query))) AND (NOT EXISTS (query)))",
        ),
        ("(SELECT 1) + 1", "((query) + 1)"),
        (
            "count(*) FILTER (WHERE a > 1) + 1",
            "(count(*) FILTER (a > 1) + 1)",
        ),
        ("NOT a = b AND c", "((NOT (a = b)) AND c)"),
        ("a OR b AND c", "(a OR (b AND c))"),
        ("a = b IS NULL", "((a = b) IS NULL)"),
        ("NOT a IS NULL", "(NOT (a IS NULL))"),
        (
            "a BETWEEN 1 AND 2 + 3 AND b",
            "((a BETWEEN 1 AND (2 + 3)) AND b)",
        ),
        ("a IN (1, 2) = b", "((a IN (1, 2)) = b)"),
        ("a LIKE b || '%'", "(a LIKE (b || '%'))"),
        ("a IS NOT DISTINCT FROM b OR c", "((a DISTINCT b) OR c)"),
        ("a NOTNULL", "(a IS NOT NULL)"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
    ] {
        assert_eq!(expression(text), expected, "{text}");
    }
}

#[test]
fn arrays_and_their_parts() {
    for (sql, expected) in [
        ("ARRAY[1, [2], ARRAY[]]", "ARRAY[1, ARRAY[2], ARRAY[]]"),
        ("a[1]", "a[1]"),
        ("t.a[i + 1][2]", "t.a[(i + 1)][2]"),
        ("a[1:2]", "a[1:2]"),
        ("a[i:n]", "a[i:n]"),
        ("a[1:n]", "a[1:n]"),
        ("a[:2][1:][:]", "a[:2][1:][:]"),
        // A name that touches a colon is a parameter where nothing stands before it.
        ("a[:n]", "a[?1]"),
        ("a[: n]", "a[:n]"),
        ("a[:i:n]", "a[?1:n]"),
        ("(a || b)[2] || c", "((a || b)[2] || c)"),
        ("-a[1] + 2", "((-a[1]) + 2)"),
        (
            "x = ANY (a) AND y <> ALL (b)",
            "((x = ANY a) AND (y <> ALL b))",
        ),
        ("x < ALL (ARRAY[1, 2])", "(x < ALL ARRAY[1, 2])"),
    ] {
        assert_eq!(expression(sql), expected, "{sql}");
    }
}

#[test]
fn distances_bind_tighter_than_comparisons_and_looser_than_sums() {
    for (text, expected) in [
        ("a <-> b", "(a <-> b)"),
        ("a<->b<0.5", "((a <-> b) < 0.5)"),
        ("a <=> b = c", "((a <=> b) = c)"),
        ("a <#> b + c", "(a <#> (b + c))"),
        ("a <+> b BETWEEN 1 AND 2", "((a <+> b) BETWEEN 1 AND 2)"),
        ("a <-> b IS NULL", "((a <-> b) IS NULL)"),
        ("1 - (a <=> ?)", "(1 - (a <=> ?1))"),
        ("NOT a <-> b = c AND d", "((NOT ((a <-> b) = c)) AND d)"),
    ] {
        assert_eq!(expression(text), expected, "{text}");
    }
}

#[test]
fn operators_that_touch_parameters_and_signs_are_read_as_meant() {
    for (text, expected) in [
        ("v<->?1", "(v <-> ?1)"),
        ("v<->?", "(v <-> ?1)"),
        ("v<=>:q", "(v <=> ?1)"),
        ("v<#>@q", "(v <#> ?1)"),
        ("v<+>$1", "(v <+> ?1)"),
        ("a<?1", "(a < ?1)"),
        ("a<@q", "(a < ?1)"),
        ("a<:q", "(a < ?1)"),
        ("b>=?2", "(b >= ?2)"),
        ("a<-1", "(a < -1)"),
        ("v<->-w", "(v <-> (-w))"),
        ("a%b", "(a % b)"),
        ("a-?1", "(a - ?1)"),
        ("a=-1", "(a = -1)"),
        ("a!=b", "(a <> b)"),
    ] {
        assert_eq!(expression(text), expected, "{text}");
    }
    assert!(parse("SELECT a <+ b").is_err());
    assert!(parse("SELECT : q").is_err());
}

#[test]
fn literals() {
    for (text, expected) in [
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "9223372036854775808"),
        ("1.5e3", "1500.0"),
        (".5", "0.5"),
        ("'it''s'", "'it's'"),
        ("E'a\\tb'", "'a\tb'"),
        ("X'00ff'", "x[0, 255]"),
        ("TRUE", "true"),
        ("REAL '1.5'", "('1.5'::REAL)"),
        ("CAST(a AS VECTOR(3))", "(a::VECTOR(3))"),
        ("substring(a FROM 2 FOR 3)", "substr(a, 2, 3)"),
        ("trim(LEADING 'x' FROM a)", "ltrim(a, 'x')"),
        ("position('a' IN b)", "strpos(b, 'a')"),
        ("ceil(a)", "ceil(a)"),
        ("count(*)", "count(*)"),
    ] {
        assert_eq!(expression(text), expected, "{text}");
    }
    for text in [
        "1abc",
        "1L",
        "0x10",
        "X'0'",
        "'a' 'b'",
        "text \"x\"",
        "1e400",
        "1.2.3",
    ] {
        assert!(parse(&format!("SELECT {text}")).is_err(), "{text}");
    }
}

#[test]
fn parameters_are_numbered_in_the_order_of_the_text() {
    let names = |sql: &str| parse(sql).unwrap().remove(0).statement.parameters;
    assert_eq!(names("SELECT ?, ?"), [None, None]);
    assert_eq!(names("SELECT ?3, ?"), [None, None, None, None]);
    let q = || Some(":q".to_owned());
    assert_eq!(
        names("SELECT a <-> :q FROM t WHERE b = @b ORDER BY a <-> :q LIMIT $k"),
        [q(), Some("@b".to_owned()), Some("$k".to_owned())]
    );
    assert_eq!(expression("? + ?1 + ?"), "((?1 + ?1) + ?2)");
    for sql in ["SELECT ?0", "SELECT ?99999", "SELECT $", "SELECT $1a"] {
        assert!(parse(sql).is_err(), "{sql}");
    }
}

#[test]
fn a_text_is_cut_into_statements_by_bytes() {
    let sql = " SELECT 'ü;' ; ;\n-- done;\nSELECT 2 /* ; */ ; ";
    let parsed = parse(sql).unwrap();
    let texts: Vec<_> = parsed.iter().map(|p| &sql[p.text.clone()]).collect();
    assert_eq!(texts, ["SELECT 'ü;'", "SELECT 2"]);
    assert!(parse(" ;; -- nothing").unwrap().is_empty());
}

#[test]
fn errors_say_where() {
    for (sql, line, column, offset) in [
        ("SELECT 1;\nSELEC 2", 2, 1, 10),
        ("SELECT 'ü' FROM", 1, 16, 16),
        ("SELECT a FROM t WHERE a = )", 1, 27, 26),
        ("SELECT *\nFROM t\nSEMI JOIN u ON TRUE", 3, 11, 26),
        ("SELECT 'abc", 1, 8, 7),
        ("SELECT a FROM t WHERE (x, a) IN (SELECT 1, 2)", 1, 24, 23),
    ] {
        let error = error(sql);
        let at = error.position().unwrap_or_else(|| panic!("{sql}: {error}"));
        assert_eq!(
            (at.line, at.column, at.offset),
            (line, column, offset),
            "{sql}: {error}"
        );
    }
}

#[test]
fn transactions_in_both_spellings() {
    for (sql, mode) in [
        ("BEGIN", BeginMode::Deferred),
        ("begin deferred transaction", BeginMode::Deferred),
        ("BEGIN IMMEDIATE", BeginMode::Immediate),
        ("BEGIN READ ONLY", BeginMode::ReadOnly),
        ("START TRANSACTION READ WRITE", BeginMode::Deferred),
    ] {
        assert_eq!(one(sql), StatementKind::Begin(mode), "{sql}");
    }
    for sql in ["COMMIT", "END TRANSACTION", "commit work"] {
        assert_eq!(one(sql), StatementKind::Commit, "{sql}");
    }
    assert_eq!(one("ROLLBACK"), StatementKind::Rollback);
    for sql in [
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "START TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
    ] {
        assert_eq!(one(sql), StatementKind::Begin(BeginMode::Deferred), "{sql}");
    }
    assert!(error("BEGIN EXCLUSIVE").is_unsupported());
    let is_a = |name: &Identifier| name.name == "a";
    for sql in ["ROLLBACK TO a", "ROLLBACK WORK TO SAVEPOINT a"] {
        assert!(matches!(one(sql), StatementKind::RollbackTo(name) if is_a(&name)));
    }
    for sql in ["RELEASE a", "RELEASE SAVEPOINT a"] {
        assert!(matches!(one(sql), StatementKind::Release(name) if is_a(&name)));
    }
    assert!(matches!(one("SAVEPOINT a"), StatementKind::Savepoint(name) if is_a(&name)));
    assert!(parse("COMMIT now").is_err());
}

#[test]
fn statements_of_our_own() {
    assert!(matches!(one("REINDEX INDEX ix"), StatementKind::Reindex(name) if name.name == "ix"));
    assert!(matches!(
        one("CALL persist_ann_index('t', 'emb')"),
        StatementKind::Call(call) if call.arguments.len() == 2
    ));
    for (sql, expected) in [
        ("EXPLAIN SELECT 1", false),
        ("EXPLAIN ANALYZE SELECT 1", true),
        ("EXPLAIN QUERY PLAN SELECT 1", false),
    ] {
        assert!(
            matches!(one(sql), StatementKind::Explain { explain, .. } if explain.analyze == expected),
            "{sql}"
        );
    }
}

#[test]
fn inserts_keep_default() {
    let StatementKind::Insert(insert) = one("INSERT INTO t (a, b) VALUES (1, DEFAULT)") else {
        panic!()
    };
    let InsertSource::Values(values) = insert.source else {
        panic!()
    };
    assert_eq!(values.rows[0][1].kind, ExprKind::Default);
    assert!(matches!(
        one("INSERT INTO t DEFAULT VALUES"),
        StatementKind::Insert(insert) if insert.source == InsertSource::Defaults
    ));
    assert!(parse("INSERT INTO t VALUES (1), (2, 3)").is_err());
}

#[test]
fn tables_and_indexes() {
    let StatementKind::CreateTable(table) = one(
        "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, \
         x DOUBLE PRECISION DEFAULT 1.5, b BYTEA, f BOOLEAN, e VECTOR(3), UNIQUE (x, b))",
    ) else {
        panic!()
    };
    let types: Vec<_> = table.columns.iter().map(|c| c.ty).collect();
    assert_eq!(
        types,
        [
            SqlType::Integer,
            SqlType::Text,
            SqlType::Real,
            SqlType::Blob,
            SqlType::Boolean,
            SqlType::vector(3)
        ]
    );
    let StatementKind::CreateIndex(index) = one(
        "CREATE INDEX ix ON t USING ann (e) INCLUDE (x) WITH (metric = 'cosine', filters = 'b')",
    ) else {
        panic!()
    };
    assert_eq!(index.options.len(), 2);
    assert_eq!(index.include.len(), 1);
}

/// A clause that is not supported is named, with its place.
#[test]
fn unsupported_clauses_are_named() {
    for (sql, name) in [
        ("SELECT 1 UNION BY NAME SELECT 2", "BY NAME"),
        ("SELECT * FROM a SEMI JOIN b ON a.x = b.x", "SEMI JOIN"),
        ("SELECT a FROM t FETCH FIRST 3 ROWS WITH TIES", "WITH TIES"),
        ("SELECT a FROM t FETCH FIRST 3 PERCENT ROWS ONLY", "PERCENT"),
        ("TABLE t", "TABLE"),
        ("SELECT (a, b) = (SELECT 1, 2) FROM t", "a row value"),
        ("SELECT a FROM t FOR UPDATE", "FOR UPDATE"),
        (
            "SELECT a FROM t TABLESAMPLE BLOCK (10)",
            "this method of TABLESAMPLE",
        ),
        ("SELECT a FROM s.t", "schema"),
        ("SELECT a -> 'x' FROM t", "->"),
        ("SELECT [1, 2]", "ARRAY"),
        ("SELECT a::TIMETZ FROM t", "TIME WITH TIME ZONE"),
        (
            "SELECT a::INTERVAL DAY TO HOUR FROM t",
            "INTERVAL DAY TO HOUR",
        ),
        ("SELECT f(a => 1)", "named argument"),
        ("INSERT OR FAIL INTO t VALUES (1)", "INSERT OR FAIL"),
        ("UPDATE OR IGNORE t SET a = 1", "UPDATE OR"),
        ("UPDATE t SET (a, b) = (SELECT 1, 2)", "SET (…)"),
        ("CREATE TEMP TABLE t (a INT)", "CREATE TEMP"),
        ("CREATE TABLE t (a INT) ON COMMIT DROP", "ON COMMIT"),
        (
            "CREATE TABLE t (a INT REFERENCES u MATCH PARTIAL)",
            "MATCH PARTIAL",
        ),
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY AUTO_INCREMENT)",
            "AUTO_INCREMENT",
        ),
        ("CREATE TABLE t (a MONEY(3))", "MONEY"),
        (
            "CREATE TABLE t (a VECTOR(3, f16, f16))",
            "VECTOR(n, f16, f16)",
        ),
        ("CREATE TABLE t (a STRUCT(b INT))", "STRUCT"),
        ("CREATE TABLE t (a INT) WITH (x = 1)", "table options"),
        ("CREATE TABLE t (a INT) USING delta", "USING delta"),
        ("CREATE TABLE t (a INTEGER, UNIQUE ((a + 1)))", "expression"),
        ("CREATE INDEX i ON t USING hash (a)", "USING HASH"),
        ("CREATE INDEX i ON t (a text_ops)", "operator class"),
        ("CREATE INDEX ON t (a)", "without a name"),
        ("CREATE FUNCTION x", "CREATE FUNCTION"),
        ("ALTER TABLE t OWNER TO me", "OWNER"),
        ("ALTER VIEW v RENAME TO w", "ALTER VIEW"),
        ("VACUUM FULL", "VACUUM FULL"),
        ("EXPLAIN (VERBOSE) SELECT 1", "EXPLAIN (VERBOSE)"),
    ] {
        let error = error(sql);
        assert!(error.is_unsupported(), "{sql}: {error}");
        assert!(error.to_string().contains(name), "{sql}: {error}");
        assert!(error.position().is_some(), "{sql}: {error}");
    }
}

#[test]
fn what_is_no_statement_is_a_syntax_error() {
    for sql in [
        "FOO",
        "42",
        "SELECT",
        "SELECT FROM t",
        "INSERT t",
        "DELETE t",
        "SELECT a b c",
        "SELECT (1",
        "SELECT 1 2",
        "CREATE",
        "EXPLAIN",
        "CALL",
        "SELECT * FROM a JOIN b",
        "'x'",
        ")",
        "SELECT a FROM t GROUP",
        "EXPLAIN QUERY SELECT 1",
    ] {
        let error = error(sql);
        assert_eq!(
            error.sqlstate(),
            Some(SqlState::SYNTAX_ERROR),
            "{sql}: {error}"
        );
        assert!(error.position().is_some(), "{sql}: {error}");
    }
}

/// Runs on a small stack, as a thread of the test harness has.
#[test]
fn depth_is_bounded_and_long_lists_are_not() {
    let chain = |term: &str, op: &str, n: usize| format!("SELECT {}", vec![term; n].join(op));
    assert!(parse(&chain("a = 1", " OR ", 1_500)).is_ok());
    assert!(parse(&chain("a", ", ", 20_000)).is_ok());
    assert!(parse(&chain("a", " + ", 150)).is_ok());
    for sql in [
        chain("a", " + ", 1_000),
        chain("a", " + ", 100_000),
        chain("a = 1", " OR ", 100_000),
        format!("{} oops", chain("a", " + ", 3_999)),
        format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("SELECT {}1", "- ".repeat(10_000)),
        format!("SELECT {}a", "NOT ".repeat(10_000)),
        format!("SELECT a{}", "::text".repeat(10_000)),
        format!("SELECT a{}", " IS NULL".repeat(10_000)),
        format!(
            "SELECT {}1{}",
            "CASE WHEN TRUE THEN ".repeat(500),
            " END".repeat(500)
        ),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(10_000)),
        format!("SELECT {}1{}", "abs(".repeat(2_000), ")".repeat(2_000)),
        format!("SELECT * FROM t{}", ", t".repeat(100)),
    ] {
        let error = error(&sql);
        assert!(
            matches!(
                error.sqlstate(),
                Some(SqlState::PROGRAM_LIMIT_EXCEEDED | SqlState::FEATURE_NOT_SUPPORTED)
            ),
            "{}…: {error}",
            &sql[..40]
        );
    }
    let nested = |n: usize| format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&nested(20)).is_ok());
}

#[test]
fn the_tree_of_a_long_or_is_shallow() {
    fn depth(expr: &Expr) -> usize {
        match &expr.kind {
            ExprKind::Binary {
                op: BinaryOp::Or,
                left,
                right,
            } => 1 + depth(left).max(depth(right)),
            _ => 0,
        }
    }
    let sql = format!("SELECT 1 FROM t WHERE {}", vec!["a"; 1_000].join(" OR "));
    let StatementKind::Query(query) = one(&sql) else {
        panic!()
    };
    let QueryBody::Select(select) = query.body else {
        panic!()
    };
    assert_eq!(depth(&select.filter.unwrap()), 10);
}

/// Words, operators and pieces that statements are made of.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec![
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP BY",
        "ORDER BY",
        "LIMIT",
        "INSERT INTO",
        "VALUES",
        "UPDATE",
        "SET",
        "DELETE",
        "CREATE TABLE",
        "CREATE INDEX",
        "USING",
        "ON",
        "WITH",
        "AND",
        "OR",
        "NOT",
        "IS",
        "NULL",
        "IN",
        "BETWEEN",
        "LIKE",
        "CASE",
        "WHEN",
        "THEN",
        "END",
        "CAST",
        "AS",
        "JOIN",
        "EXPLAIN",
        "BEGIN",
        "CALL",
        "DROP",
        "a",
        "t",
        "t.a",
        "*",
        "(",
        ")",
        ",",
        ";",
        "+",
        "-",
        "<->",
        "<=>",
        "<+>",
        "<#>",
        "<",
        "=",
        "::",
        "INTEGER",
        "VECTOR(3)",
        "ARRAY",
        "ARRAY[",
        "ANY (",
        "UNNEST",
        "1",
        "-1",
        "1.5",
        "'x'",
        "X'00'",
        "?",
        "?2",
        ":q",
        "@q",
        "$1",
        "\"q\"",
        "--",
        "/*",
        "*/",
        "[",
        "]",
        "é",
        "count(*)",
        "DISTINCT",
        "DEFAULT",
        ".",
        ":",
        "@",
        "E'\\",
        "$$",
    ]);
    proptest::collection::vec(word, 0..30).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_text_never_panics(sql in "\\PC{0,60}") {
        let _ = parse(&sql);
    }

    #[test]
    fn word_soup_never_panics(sql in soup()) {
        if let Ok(parsed) = parse(&sql) {
            for statement in parsed {
                prop_assert!(sql.get(statement.text).is_some());
            }
        }
    }
}

#[test]
fn semicolons_in_a_trigger_end_its_statements_alone() {
    let trigger = "CREATE TRIGGER x AFTER UPDATE OF a, \"b\" ON t WHEN (CASE WHEN NEW.begin THEN true END) BEGIN \
                   INSERT INTO log SELECT CASE WHEN NEW.case THEN 'end;' ELSE OLD.end END; ; DELETE FROM u; END";
    let script = format!("SELECT 1; {trigger}; BEGIN; COMMIT");
    let parsed = parse(&script).unwrap();
    let texts: Vec<&str> = parsed.iter().map(|one| &script[one.text.clone()]).collect();
    assert_eq!(texts, ["SELECT 1", trigger, "BEGIN", "COMMIT"]);
    let StatementKind::CreateTrigger(create) = &parsed[1].statement.kind else {
        panic!("{:?}", parsed[1].statement.kind);
    };
    assert_eq!((create.of.len(), create.body.len()), (2, 2));
    assert!(create.when.is_some());
}
