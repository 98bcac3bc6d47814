//! Names, types, groups and errors of bound statements.

use proptest::prelude::*;

use super::bind;
use super::bound::{
    BoundStatement, ColumnId, Expr, ExprKind, From, InsertSource, NewIndex, Query, Statement,
};
use crate::error::{Error, Result, SqlState};
use crate::functions::AggregateFunction;
use crate::parse::parse;
use crate::schema::{Catalog, ColumnNo};
use crate::store::{create_index, create_table};
use crate::types::{SqlType, Value};

/// Tables `t`, `u` and an index on each kind of column.
fn catalog() -> Catalog {
    let database = crate::store::testing::database(512);
    let mut txn = database.begin_write().unwrap();
    for sql in [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, r REAL DEFAULT 2.5, s TEXT, \
         b BLOB, f BOOLEAN, emb VECTOR(3))",
        "CREATE TABLE u (id INTEGER PRIMARY KEY, a INTEGER, name TEXT NOT NULL UNIQUE)",
        "CREATE INDEX t_a ON t (a)",
        "CREATE INDEX t_emb ON t USING ann (emb)",
    ] {
        let catalog = Catalog::load(&txn).unwrap();
        match try_bind(&catalog, sql).unwrap().statement {
            Statement::CreateTable(new) => drop(create_table(&mut txn, &new).unwrap()),
            Statement::CreateIndex(new) => {
                drop(create_index(&mut txn, &new, &mut || Ok(())).unwrap())
            }
            other => panic!("{other:?}"),
        }
    }
    Catalog::load(&txn).unwrap()
}

fn try_bind(catalog: &Catalog, sql: &str) -> Result<BoundStatement> {
    let parsed = parse(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    bind(&parsed[0].statement, sql, catalog, &Default::default())
}

fn query(catalog: &Catalog, sql: &str) -> Query {
    match try_bind(catalog, sql).unwrap_or_else(|error| panic!("{sql}: {error}")) {
        BoundStatement {
            statement: Statement::Query(query),
            ..
        } => query,
        other => panic!("{other:?}"),
    }
}

fn error(catalog: &Catalog, sql: &str) -> Error {
    match try_bind(catalog, sql) {
        Err(error) => error,
        Ok(bound) => panic!("{sql} binds: {bound:?}"),
    }
}

fn parameter_types(catalog: &Catalog, sql: &str) -> Vec<SqlType> {
    try_bind(catalog, sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
        .parameters
        .types
}

/// The type of `SELECT text FROM t`.
fn type_of(catalog: &Catalog, text: &str) -> SqlType {
    query(catalog, &format!("SELECT {text} FROM t")).output[0]
        .expr
        .ty
}

#[test]
fn types_of_expressions() {
    use SqlType::{Blob, Boolean, Integer, Real, Text, Unknown};
    let catalog = catalog();
    for (text, ty) in [
        ("a + 1", Integer),
        ("a / 2.0", Real),
        ("a + r", Real),
        ("-a", Integer),
        ("a = r", Boolean),
        ("s || a", Text),
        ("b || b", Blob),
        ("b || X'00'", Blob),
        ("'x'", Text),
        ("NULL", Unknown),
        ("?", Unknown),
        ("emb <-> '[1,2,3]'", Real),
        ("emb", SqlType::vector(3)),
        ("f AND a > 1", Boolean),
        ("CASE WHEN f THEN a ELSE 1.5 END", Real),
        ("CASE a WHEN 1 THEN 'x' END", Text),
        ("coalesce(a, r)", Real),
        ("coalesce(s, 'none')", Text),
        ("nullif(a, 0)", Integer),
        ("iif(f, 1, 2)", Integer),
        ("abs(a)", Integer),
        ("abs(r)", Real),
        ("round(r, 2)", Real),
        ("length(s)", Integer),
        ("greatest(a, r)", Real),
        ("max(a, 3)", Integer),
        ("inner_product(emb, emb)", Real),
        ("l2_normalize(emb)", SqlType::vector(3)),
        ("a::TEXT", Text),
        ("'[1,2]'::VECTOR(2)", SqlType::vector(2)),
        ("rowid", Integer),
        ("a IN (1, 2.5, '3')", Boolean),
        ("s LIKE 'a%'", Boolean),
        ("sum(a)", Integer),
        ("avg(a)", Real),
        ("avg(emb)", SqlType::vector(3)),
        ("count(*)", Integer),
        ("min(s)", Text),
    ] {
        assert_eq!(type_of(&catalog, text), ty, "{text}");
    }
}

#[test]
fn strings_take_the_type_of_their_neighbour() {
    let catalog = catalog();
    for (condition, expected) in [
        ("a = '5'", Value::Integer(5)),
        ("a = '5.5'", Value::Real(5.5)),
        ("r = '5'", Value::Real(5.0)),
        ("f = 'yes'", Value::Boolean(true)),
        ("emb = '[1,2,3]'", Value::Vector(vec![1.0, 2.0, 3.0])),
        ("b = '\\x0a'", Value::Blob(vec![10])),
        ("s = '5'", Value::Text("5".to_owned())),
        ("id = 8.5", Value::Real(8.5)),
    ] {
        let query = query(&catalog, &format!("SELECT 1 FROM t WHERE {condition}"));
        let ExprKind::Binary { right, .. } = query.filter.unwrap().kind else {
            panic!("{condition}")
        };
        let ExprKind::Literal(value) = right.kind else {
            panic!("{condition}")
        };
        assert_eq!(value, expected, "{condition}");
        assert_eq!(right.ty, expected.sql_type(), "{condition}");
    }
}

#[test]
fn parameters_take_the_type_of_their_place() {
    use SqlType::{Boolean, Integer, Real, Text, Unknown};
    let catalog = catalog();
    for (sql, types) in [
        ("SELECT * FROM t WHERE a = ? AND s = ?", vec![Integer, Text]),
        (
            "SELECT a FROM t ORDER BY emb <-> :q LIMIT :k",
            vec![SqlType::vector(3), Integer],
        ),
        ("SELECT ? <-> emb FROM t", vec![SqlType::vector(3)]),
        (
            "INSERT INTO t (a, r, s) VALUES (?, ?, ?)",
            vec![Integer, Real, Text],
        ),
        ("INSERT INTO t (a, s) SELECT ?, ?", vec![Integer, Text]),
        ("UPDATE t SET r = ?2 WHERE id = ?1", vec![Integer, Real]),
        ("SELECT ?", vec![Unknown]),
        ("SELECT ? IS NULL", vec![Unknown]),
        ("SELECT a + ? FROM t", vec![Integer]),
        (
            "SELECT a FROM t WHERE a BETWEEN ? AND ?",
            vec![Integer, Integer],
        ),
        ("SELECT a FROM t WHERE ? IN (1, 2)", vec![Integer]),
        ("SELECT coalesce(a, ?) FROM t", vec![Integer]),
        (
            "SELECT CASE WHEN ? THEN ? ELSE r END FROM t",
            vec![Boolean, Real],
        ),
        ("SELECT 1 FROM t WHERE ?", vec![Boolean]),
        ("SELECT abs(?)", vec![Real]),
        ("SELECT 1 FROM t WHERE r = ?1 AND a = ?1", vec![Real]),
        (
            "SELECT 1 FROM t WHERE a = ?1 AND a + 1.5 = ?1",
            vec![Integer],
        ),
        ("UPDATE t SET r = ?1 WHERE a = ?1", vec![Real]),
        ("CALL persist_ann_index(?, ?)", vec![Text, Text]),
    ] {
        assert_eq!(parameter_types(&catalog, sql), types, "{sql}");
    }
    for sql in [
        "SELECT ? + ?",
        "SELECT 1 FROM t WHERE a = ?1 AND s = ?1",
        "UPDATE t SET r = ?1, a = ?1",
    ] {
        let error = error(&catalog, sql);
        assert_eq!(error.sqlstate(), Some(SqlState::DATATYPE_MISMATCH), "{sql}");
        assert!(error.position().is_some(), "{sql}");
    }
}

#[test]
fn a_compared_parameter_keeps_its_kind_of_number() {
    let catalog = catalog();
    let bound = try_bind(&catalog, "SELECT 1 FROM t WHERE a = ? AND a + ? > 0").unwrap();
    let coerce = |at, value| bound.parameters.coerce(at, value);
    assert_eq!(coerce(0, Value::Real(8.5)).unwrap(), Value::Real(8.5));
    assert_eq!(coerce(0, Value::Real(8.0)).unwrap(), Value::Integer(8));
    assert_eq!(
        coerce(0, Value::Text("8".to_owned())).unwrap(),
        Value::Integer(8)
    );
    assert!(coerce(1, Value::Real(8.5)).is_err());
    assert!(coerce(0, Value::Boolean(true)).is_err());
}

#[test]
fn errors_are_found_on_an_empty_table_with_their_place() {
    use SqlState as S;
    let catalog = catalog();
    for (sql, state, column) in [
        ("SELECT x FROM t", S::UNDEFINED_COLUMN, 8),
        ("SELECT t.x FROM t", S::UNDEFINED_COLUMN, 10),
        ("SELECT v.a FROM t", S::UNDEFINED_TABLE, 8),
        ("SELECT t.a FROM t AS v", S::UNDEFINED_TABLE, 8),
        ("SELECT * FROM missing", S::UNDEFINED_TABLE, 15),
        ("SELECT a FROM t, u", S::AMBIGUOUS_COLUMN, 8),
        ("SELECT rowid FROM t, u", S::AMBIGUOUS_COLUMN, 8),
        ("SELECT 1 FROM t, t", S::DUPLICATE_ALIAS, 18),
        ("SELECT nosuch(a) FROM t", S::UNDEFINED_FUNCTION, 8),
        ("SELECT abs(s) FROM t", S::UNDEFINED_FUNCTION, 8),
        ("SELECT abs(a, a) FROM t", S::UNDEFINED_FUNCTION, 8),
        ("SELECT s + 1 FROM t", S::DATATYPE_MISMATCH, 8),
        ("SELECT 1 FROM t WHERE s = 1", S::DATATYPE_MISMATCH, 27),
        (
            "SELECT 1 FROM t WHERE a = 'x'",
            S::INVALID_TEXT_REPRESENTATION,
            27,
        ),
        ("SELECT 1 FROM t WHERE a", S::DATATYPE_MISMATCH, 23),
        ("SELECT 1 FROM t WHERE 1", S::DATATYPE_MISMATCH, 23),
        ("SELECT NOT a FROM t", S::DATATYPE_MISMATCH, 12),
        ("SELECT emb <-> a FROM t", S::DATATYPE_MISMATCH, 16),
        ("SELECT emb <-> '[1,2]' FROM t", S::DATA_EXCEPTION, 16),
        ("SELECT a::VECTOR(3) FROM t", S::DATATYPE_MISMATCH, 8),
        ("SELECT 1 FROM t WHERE sum(a) > 1", S::GROUPING_ERROR, 23),
        ("SELECT a, count(*) FROM t", S::GROUPING_ERROR, 8),
        ("SELECT s FROM t GROUP BY a", S::GROUPING_ERROR, 8),
        ("SELECT sum(sum(a)) FROM t", S::GROUPING_ERROR, 12),
        ("SELECT 1 FROM t GROUP BY sum(a)", S::GROUPING_ERROR, 26),
        (
            "SELECT a FROM t ORDER BY 2",
            S::INVALID_COLUMN_REFERENCE,
            26,
        ),
        ("SELECT a FROM t ORDER BY nosuch", S::UNDEFINED_COLUMN, 26),
        ("SELECT a FROM t ORDER BY 'a'", S::SYNTAX_ERROR, 26),
        (
            "SELECT a AS x, s AS x FROM t ORDER BY x",
            S::AMBIGUOUS_COLUMN,
            39,
        ),
        (
            "SELECT DISTINCT a FROM t ORDER BY s",
            S::INVALID_COLUMN_REFERENCE,
            35,
        ),
        ("SELECT a FROM t LIMIT 1.5", S::DATATYPE_MISMATCH, 23),
        ("SELECT a FROM t LIMIT a", S::UNDEFINED_COLUMN, 23),
        ("SELECT *", S::SYNTAX_ERROR, 8),
        ("SELECT DEFAULT", S::SYNTAX_ERROR, 8),
        (
            "INSERT INTO t (a, a) VALUES (1, 2)",
            S::DUPLICATE_COLUMN,
            19,
        ),
        ("INSERT INTO t (x) VALUES (1)", S::UNDEFINED_COLUMN, 16),
        ("INSERT INTO t (a) VALUES (1, 2)", S::SYNTAX_ERROR, 27),
        (
            "INSERT INTO t (a) VALUES ('x')",
            S::INVALID_TEXT_REPRESENTATION,
            27,
        ),
        (
            "INSERT INTO t (a) VALUES (1.5)",
            S::NUMERIC_OUT_OF_RANGE,
            27,
        ),
        ("INSERT INTO t (s) VALUES (1)", S::DATATYPE_MISMATCH, 27),
        ("INSERT INTO t (emb) VALUES ('[1]')", S::DATA_EXCEPTION, 29),
        ("INSERT INTO t (a) VALUES (b)", S::UNDEFINED_COLUMN, 27),
        ("UPDATE t SET x = 1", S::UNDEFINED_COLUMN, 14),
        ("UPDATE t SET a = 1, a = 2", S::DUPLICATE_COLUMN, 21),
        ("DELETE FROM t WHERE x = 1", S::UNDEFINED_COLUMN, 21),
        ("DROP TABLE missing", S::UNDEFINED_TABLE, 12),
        ("DROP INDEX missing", S::UNDEFINED_OBJECT, 12),
        ("DROP INDEX u_name_key", S::DEPENDENT_OBJECTS, 12),
        ("REINDEX t_a", S::FEATURE_NOT_SUPPORTED, 9),
        ("CALL nosuch()", S::UNDEFINED_FUNCTION, 6),
        ("CALL persist_ann_index('t', 'a')", S::UNDEFINED_OBJECT, 29),
        ("CALL persist_ann_index('t', 'x')", S::UNDEFINED_COLUMN, 29),
    ] {
        let error = error(&catalog, sql);
        assert_eq!(error.sqlstate(), Some(state), "{sql}: {error}");
        let at = error.position().unwrap_or_else(|| panic!("{sql}: {error}"));
        assert_eq!(at.column, column, "{sql}: {error}");
    }
}

#[test]
fn near_names_are_suggested() {
    let catalog = catalog();
    for (sql, hint) in [
        ("SELECT nmae FROM u", "\"name\""),
        ("SELECT lenght(s) FROM t", "\"length\""),
        ("UPDATE t SET ebm = NULL", "\"emb\""),
        (
            "CREATE INDEX i ON t USING ann (emb) WITH (metrik = 'l2')",
            "\"metric\"",
        ),
    ] {
        let error = error(&catalog, sql);
        assert!(
            error.hint_text().unwrap_or("").contains(hint),
            "{sql}: {error}"
        );
    }
}

fn column(relation: u32, column: u32) -> ColumnId {
    ColumnId {
        relation: super::bound::RelationNo(relation),
        column,
    }
}

fn is_column(expr: &Expr, id: ColumnId) -> bool {
    matches!(expr.kind, ExprKind::Column(found) if found == id)
}

#[test]
fn groups_stand_before_aggregates() {
    let catalog = catalog();
    let query = query(
        &catalog,
        "SELECT a + 1 AS k, count(*), sum(r) + count(*) FROM t GROUP BY a + 1 \
         HAVING count(*) > 1 ORDER BY sum(r), k",
    );
    let grouping = query.grouping.unwrap();
    assert_eq!(grouping.keys.len(), 1);
    let functions: Vec<_> = grouping
        .aggregates
        .iter()
        .map(|a| a.function.clone())
        .collect();
    assert_eq!(
        functions,
        [AggregateFunction::CountRows, AggregateFunction::Sum]
    );
    let of = |at| column(grouping.relation.0, at);
    assert!(is_column(&query.output[0].expr, of(0)));
    assert!(is_column(&query.output[1].expr, of(1)));
    assert!(is_column(&query.order_by[0].expr, of(2)));
    assert!(is_column(&query.order_by[1].expr, of(0)));
}

#[test]
fn group_by_knows_ordinals_and_aliases() {
    let catalog = catalog();
    for sql in [
        "SELECT a % 2 AS parity, count(*) FROM t GROUP BY 1",
        "SELECT a % 2 AS parity, count(*) FROM t GROUP BY parity",
        "SELECT a % 2 AS parity, count(*) FROM t GROUP BY a % 2 ORDER BY parity",
        "SELECT a % 2 FROM t GROUP BY a",
        "SELECT a % ?1, count(*) FROM t GROUP BY a % ?1",
    ] {
        assert_eq!(
            query(&catalog, sql).grouping.unwrap().keys.len(),
            1,
            "{sql}"
        );
    }
    // A column of FROM comes before an alias.
    assert!(try_bind(&catalog, "SELECT s AS a, count(*) FROM t GROUP BY a").is_err());
}

#[test]
fn order_by_knows_ordinals_aliases_and_expressions() {
    let catalog = catalog();
    let query = query(
        &catalog,
        "SELECT s AS a, emb <-> '[1,2,3]' AS d FROM t ORDER BY d DESC, a, 1 NULLS FIRST, t.a, r + 1",
    );
    assert!(matches!(
        query.order_by[0].expr.kind,
        ExprKind::Distance { .. }
    ));
    assert!(query.order_by[0].descending && query.order_by[0].nulls_first);
    // The alias comes before the column.
    assert!(is_column(&query.order_by[1].expr, column(0, 3)));
    assert!(!query.order_by[1].nulls_first);
    assert!(query.order_by[2].nulls_first);
    assert!(is_column(&query.order_by[3].expr, column(0, 1)));
}

#[test]
fn stars_and_joins() {
    let catalog = catalog();
    let names = |sql: &str| -> Vec<String> {
        let output = query(&catalog, sql).output;
        output.into_iter().map(|column| column.name).collect()
    };
    assert_eq!(
        names("SELECT u.*, 1 FROM t, u"),
        ["id", "a", "name", "column4"]
    );
    assert_eq!(
        names("SELECT * FROM u JOIN t AS v USING (a)"),
        ["a", "id", "name", "id", "r", "s", "b", "f", "emb"]
    );
    assert_eq!(
        names("SELECT v.* FROM u JOIN u AS v USING (a, id)"),
        ["id", "a", "name"]
    );
    assert_eq!(
        names("SELECT count(*), lower(s), emb <-> emb, s::TEXT FROM t GROUP BY s, emb"),
        ["count", "lower", "distance", "s"]
    );
    assert_eq!(
        names("SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (x)"),
        ["x", "column2"]
    );
    assert_eq!(names("VALUES (1, 2)"), ["column1", "column2"]);
    // A merged column is not ambiguous, and its sides can still be named.
    let query = query(
        &catalog,
        "SELECT a, v.a FROM u JOIN t AS v USING (a) WHERE u.a = 1",
    );
    assert!(is_column(&query.output[0].expr, column(0, 1)));
    assert!(is_column(&query.output[1].expr, column(1, 1)));
    let From::Join { on, .. } = query.from else {
        panic!()
    };
    assert!(on.is_some());
}

#[test]
fn values_of_mixed_numbers_become_real() {
    let catalog = catalog();
    let query = query(&catalog, "VALUES (1, 'x'), (2.5, NULL) ORDER BY column1");
    let From::Values { types, rows, .. } = query.from else {
        panic!()
    };
    assert_eq!(types, [SqlType::Real, SqlType::Text]);
    assert!(matches!(
        rows[0][0].kind,
        ExprKind::Literal(Value::Real(1.0))
    ));
}

#[test]
fn inserted_values_have_their_columns_types() {
    let catalog = catalog();
    let bound = try_bind(
        &catalog,
        "INSERT INTO t (id, r, emb, a) VALUES (NULL, DEFAULT, '[1,2,3]', 3.0), (1, 2, NULL, '4')",
    )
    .unwrap();
    let Statement::Insert(insert) = bound.statement else {
        panic!()
    };
    assert_eq!(insert.columns, [0, 2, 6, 1].map(ColumnNo));
    let InsertSource::Values(rows) = insert.source else {
        panic!()
    };
    let values: Vec<Vec<Value>> = rows
        .into_iter()
        .map(|row| {
            row.into_iter()
                .map(|expr| match expr.kind {
                    ExprKind::Literal(value) => value,
                    other => panic!("{other:?}"),
                })
                .collect()
        })
        .collect();
    assert_eq!(
        values,
        [
            vec![
                Value::Null,
                Value::Real(2.5),
                Value::Vector(vec![1.0, 2.0, 3.0]),
                Value::Integer(3)
            ],
            vec![
                Value::Integer(1),
                Value::Real(2.0),
                Value::Null,
                Value::Integer(4)
            ],
        ]
    );
}

#[test]
fn a_real_expression_is_fitted_to_an_integer_column_when_it_runs() {
    let catalog = catalog();
    let bound = try_bind(&catalog, "UPDATE t SET a = r * 2").unwrap();
    let Statement::Update(update) = bound.statement else {
        panic!()
    };
    let (_, value) = &update.assignments[0];
    assert_eq!(value.ty, SqlType::Integer);
    let ExprKind::Function { function, .. } = &value.kind else {
        panic!("{value:?}")
    };
    use crate::types::ValueRef;
    assert_eq!(
        function.call(&[ValueRef::Real(4.0)]).unwrap(),
        Value::Integer(4)
    );
    assert!(function.call(&[ValueRef::Real(4.5)]).is_err());
}

#[test]
fn new_tables_are_checked() {
    use SqlState as S;
    let catalog = catalog();
    for (sql, state) in [
        ("CREATE TABLE t (a INT)", S::DUPLICATE_TABLE),
        ("CREATE TABLE t_a (a INT)", S::DUPLICATE_TABLE),
        ("CREATE TABLE n (a INT, A TEXT)", S::DUPLICATE_COLUMN),
        (
            "CREATE TABLE n (a INT PRIMARY KEY, b INT PRIMARY KEY)",
            S::INVALID_DEFINITION,
        ),
        (
            "CREATE TABLE n (a INT PRIMARY KEY, PRIMARY KEY (a))",
            S::INVALID_DEFINITION,
        ),
        ("CREATE TABLE n (a INT, UNIQUE (b))", S::UNDEFINED_COLUMN),
        ("CREATE TABLE n (a INT, UNIQUE (a, a))", S::DUPLICATE_COLUMN),
        (
            "CREATE TABLE n (a INT NULL NOT NULL)",
            S::INVALID_DEFINITION,
        ),
        (
            "CREATE TABLE n (a INT DEFAULT 'x')",
            S::INVALID_TEXT_REPRESENTATION,
        ),
        (
            "CREATE TABLE n (a INT DEFAULT 1.5)",
            S::NUMERIC_OUT_OF_RANGE,
        ),
        ("CREATE TABLE n (a INT DEFAULT ?)", S::FEATURE_NOT_SUPPORTED),
        (
            "CREATE TABLE n (a INT DEFAULT 1 DEFAULT 2)",
            S::INVALID_DEFINITION,
        ),
        (
            "CREATE TABLE n (a INTEGER PRIMARY KEY DEFAULT 1)",
            S::INVALID_DEFINITION,
        ),
        ("CREATE TABLE n (a VECTOR)", S::INVALID_DEFINITION),
        (
            "CREATE TABLE n (a VECTOR(3) UNIQUE)",
            S::FEATURE_NOT_SUPPORTED,
        ),
    ] {
        let error = error(&catalog, sql);
        assert_eq!(error.sqlstate(), Some(state), "{sql}: {error}");
        assert!(error.position().is_some(), "{sql}: {error}");
    }
    let bound = try_bind(&catalog, "CREATE TABLE IF NOT EXISTS T (a INT)").unwrap();
    assert!(matches!(bound.statement, Statement::Nothing));
    let bound = try_bind(
        &catalog,
        "CREATE TABLE n (a TEXT PRIMARY KEY, b INT DEFAULT -(2 + 3) UNIQUE, UNIQUE (a), UNIQUE (b))",
    )
    .unwrap();
    let Statement::CreateTable(table) = bound.statement else {
        panic!()
    };
    assert_eq!(table.unique.len(), 1);
    assert_eq!(table.unique[0].columns, [ColumnNo(1)]);
    assert_eq!(table.columns[1].default.constant(), Value::Integer(-5));
}

#[test]
fn new_indexes_are_checked() {
    use SqlState as S;
    let catalog = catalog();
    for (sql, state) in [
        ("CREATE INDEX t_a ON t (s)", S::DUPLICATE_TABLE),
        ("CREATE INDEX i ON missing (s)", S::UNDEFINED_TABLE),
        ("CREATE INDEX i ON t (x)", S::UNDEFINED_COLUMN),
        ("CREATE INDEX i ON t (a, a)", S::DUPLICATE_COLUMN),
        ("CREATE INDEX i ON t (emb)", S::FEATURE_NOT_SUPPORTED),
        (
            "CREATE INDEX i ON t (a) INCLUDE (s)",
            S::FEATURE_NOT_SUPPORTED,
        ),
        (
            "CREATE INDEX i ON t (a) WITH (fillfactor = 70)",
            S::INVALID_PARAMETER_VALUE,
        ),
        ("CREATE INDEX i ON t USING ann (a)", S::DATATYPE_MISMATCH),
        (
            "CREATE INDEX i ON t USING ann (emb, a)",
            S::FEATURE_NOT_SUPPORTED,
        ),
        (
            "CREATE UNIQUE INDEX i ON t USING ann (emb)",
            S::FEATURE_NOT_SUPPORTED,
        ),
        (
            "CREATE INDEX i ON t USING ann (emb) WITH (metric = 'l3')",
            S::INVALID_PARAMETER_VALUE,
        ),
        (
            "CREATE INDEX i ON t USING ann (emb) WITH (metric = 1)",
            S::INVALID_PARAMETER_VALUE,
        ),
        (
            "CREATE INDEX i ON t USING ann (emb) WITH (m = 16)",
            S::INVALID_PARAMETER_VALUE,
        ),
        (
            "CREATE INDEX i ON t USING ann (emb) WITH (filters = 'x')",
            S::UNDEFINED_COLUMN,
        ),
        (
            "CREATE INDEX i ON t USING ann (emb) WITH (filters = 'emb')",
            S::FEATURE_NOT_SUPPORTED,
        ),
        (
            "CREATE INDEX i ON t USING ann (emb) WITH (metric = 'l2', metric = 'ip')",
            S::SYNTAX_ERROR,
        ),
    ] {
        let error = error(&catalog, sql);
        assert_eq!(error.sqlstate(), Some(state), "{sql}: {error}");
        assert!(error.position().is_some(), "{sql}: {error}");
    }
    let bound = try_bind(
        &catalog,
        "CREATE INDEX i ON t USING ANN (emb) INCLUDE (a) WITH (metric = cosine, filters = 's, A', recall = 0.95)",
    )
    .unwrap();
    let Statement::CreateIndex(index) = bound.statement else {
        panic!()
    };
    let NewIndex::Ann {
        vector,
        metric,
        filters,
        options,
        ..
    } = index.kind
    else {
        panic!()
    };
    assert!(matches!(vector.kind, ExprKind::Column(id) if id.column == 6));
    assert_eq!(metric, crate::schema::Metric::Cosine);
    assert_eq!(filters, [ColumnNo(1), ColumnNo(3)]);
    assert_eq!(options.recall, crate::schema::Recall::new(0.95));
}

#[test]
fn reindex_of_an_ann_index_persists_it() {
    let catalog = catalog();
    let bound = try_bind(&catalog, "REINDEX t_emb").unwrap();
    let Statement::CallPersistAnnIndex { table, column } = bound.statement else {
        panic!()
    };
    let text = |expr: Expr| match expr.kind {
        ExprKind::Literal(Value::Text(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (text(table), text(column)),
        ("t".to_owned(), "t_emb".to_owned())
    );
}

#[test]
fn nested_lazy_functions_do_not_explode() {
    let catalog = catalog();
    let nested = |depth: usize| {
        format!(
            "SELECT {}a{} FROM t",
            "nullif(".repeat(depth),
            ", 1)".repeat(depth)
        )
    };
    assert!(try_bind(&catalog, &nested(5)).is_ok());
    assert_eq!(
        error(&catalog, &nested(18)).sqlstate(),
        Some(SqlState::PROGRAM_LIMIT_EXCEEDED)
    );
}

/// A SELECT whose places are filled with pieces that do not all fit.
fn statement() -> impl Strategy<Value = String> {
    let piece = || {
        proptest::sample::select(vec![
            "a",
            "s",
            "r",
            "emb",
            "f",
            "id",
            "nosuch",
            "t.a",
            "1",
            "1.5",
            "'x'",
            "'[1,2,3]'",
            "NULL",
            "?",
            "?1",
            ":q",
            "TRUE",
            "count(*)",
            "sum(a)",
            "abs(?)",
            "coalesce(?, a)",
            "X'00'",
            "greatest(?, 'x')",
            "nullif(a, ?)",
            "CASE WHEN f THEN ? ELSE 'x' END",
            "-?",
            "*",
        ])
    };
    let op = proptest::sample::select(vec![
        "+",
        "%",
        "||",
        "=",
        "<",
        "AND",
        "<->",
        "IS DISTINCT FROM",
        "LIKE",
        ",",
    ]);
    (piece(), op, piece(), piece(), piece()).prop_map(|(a, op, b, c, d)| {
        format!("SELECT {a} {op} {b} FROM t WHERE {c} GROUP BY {d} ORDER BY {a} LIMIT {b}")
    })
}

#[test]
fn arbitrary_statements_bind_or_fail_and_never_panic() {
    let catalog = catalog();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(400));
    let texts = prop_oneof![statement(), crate::parse::tests::soup()];
    let result = runner.run(&texts, |sql| {
        for parsed in parse(&sql).unwrap_or_default() {
            if let Ok(bound) = bind(&parsed.statement, &sql, &catalog, &Default::default()) {
                let parameters = bound.parameters;
                prop_assert_eq!(parameters.names.len(), parameters.types.len());
                prop_assert_eq!(parameters.names.len(), parameters.compared.len());
            }
        }
        Ok(())
    });
    result.unwrap();
}
