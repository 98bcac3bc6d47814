//! Compiled expressions against an oracle that evaluates one row at a time, straight from the bound tree.

use proptest::prelude::*;

use super::{CompiledExpr, Rows};
use crate::batch::Batch;
use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, RelationNo, UnaryOp};
use crate::error::{Error, Result};
use crate::types::{LikePattern, SqlType, Value, arithmetic, cast, compare, total_order};

const TYPES: [SqlType; 4] = [
    SqlType::Integer,
    SqlType::Real,
    SqlType::Boolean,
    SqlType::Text,
];

fn id(column: u32) -> ColumnId {
    ColumnId {
        relation: RelationNo(0),
        column,
    }
}

fn layout() -> Vec<ColumnId> {
    (0..TYPES.len() as u32).map(id).collect()
}

fn expr(kind: ExprKind, ty: SqlType) -> Expr {
    Expr {
        kind,
        ty,
        position: None,
    }
}

/// The value of an expression for one row. Laziness as SQL has it: AND, OR and CASE in order.
fn oracle(expr: &Expr, row: &[Value]) -> Result<Value> {
    let eval = |expr: &Expr| oracle(expr, row);
    let boolean = |value: Option<bool>| value.map_or(Value::Null, Value::Boolean);
    Ok(match &expr.kind {
        ExprKind::Literal(value) => value.clone(),
        ExprKind::Column(id) => row[id.column as usize].clone(),
        ExprKind::Unary { op, operand } => match (op, eval(operand)?) {
            (UnaryOp::Plus, value) => value,
            (UnaryOp::Negate, value) => arithmetic::negate(value.as_ref())?,
            (UnaryOp::Not, value) => boolean(truth(&value).map(|value| !value)),
        },
        ExprKind::Binary { op, left, right } => match op {
            BinaryOp::And | BinaryOp::Or => {
                let absorbing = *op == BinaryOp::Or;
                let left = truth(&eval(left)?);
                if left == Some(absorbing) {
                    return Ok(Value::Boolean(absorbing));
                }
                match (left, truth(&eval(right)?)) {
                    (_, Some(right)) if right == absorbing => Value::Boolean(absorbing),
                    (Some(_), Some(_)) => Value::Boolean(!absorbing),
                    _ => Value::Null,
                }
            }
            op => {
                let (left, right) = (eval(left)?, eval(right)?);
                let (a, b) = (left.as_ref(), right.as_ref());
                let holds = |f: fn(std::cmp::Ordering) -> bool| boolean(compare(a, b).map(f));
                match op {
                    BinaryOp::Add => arithmetic::add(a, b)?,
                    BinaryOp::Subtract => arithmetic::subtract(a, b)?,
                    BinaryOp::Multiply => arithmetic::multiply(a, b)?,
                    BinaryOp::Divide => arithmetic::divide(a, b)?,
                    BinaryOp::Modulo => arithmetic::modulo(a, b)?,
                    BinaryOp::Concat => arithmetic::concat(a, b)?,
                    BinaryOp::Eq => holds(|o| o.is_eq()),
                    BinaryOp::NotEq => holds(|o| o.is_ne()),
                    BinaryOp::Lt => holds(|o| o.is_lt()),
                    BinaryOp::LtEq => holds(|o| o.is_le()),
                    BinaryOp::Gt => holds(|o| o.is_gt()),
                    BinaryOp::GtEq | BinaryOp::And | BinaryOp::Or => holds(|o| o.is_ge()),
                }
            }
        },
        ExprKind::IsNull { operand, negated } => {
            Value::Boolean(eval(operand)?.is_null() != *negated)
        }
        ExprKind::IsBoolean {
            operand,
            value,
            negated,
        } => Value::Boolean((truth(&eval(operand)?) == Some(*value)) != *negated),
        ExprKind::IsDistinct {
            left,
            right,
            negated,
        } => {
            let same = total_order(eval(left)?.as_ref(), eval(right)?.as_ref()).is_eq();
            Value::Boolean(same == *negated)
        }
        ExprKind::Between {
            operand,
            low,
            high,
            negated,
        } => {
            let (value, low, high) = (eval(operand)?, eval(low)?, eval(high)?);
            let above = compare(value.as_ref(), low.as_ref()).map(|o| o.is_ge());
            let below = compare(value.as_ref(), high.as_ref()).map(|o| o.is_le());
            boolean(match (above, below) {
                (Some(false), _) | (_, Some(false)) => Some(*negated),
                (Some(_), Some(_)) => Some(!*negated),
                _ => None,
            })
        }
        ExprKind::InList {
            operand,
            list,
            negated,
        } => {
            let value = eval(operand)?;
            let list = list.iter().map(eval).collect::<Result<Vec<_>>>()?;
            let equal = |item: &Value| compare(value.as_ref(), item.as_ref()).map(|o| o.is_eq());
            boolean(if list.iter().any(|item| equal(item) == Some(true)) {
                Some(!*negated)
            } else if list.iter().any(|item| equal(item).is_none()) {
                None
            } else {
                Some(*negated)
            })
        }
        ExprKind::Like {
            operand,
            pattern,
            negated,
            ..
        } => match (eval(operand)?, eval(pattern)?) {
            (Value::Text(text), Value::Text(pattern)) => {
                let pattern = LikePattern::new(&pattern, Some('\\'), false)?;
                Value::Boolean(pattern.matches(&text) != *negated)
            }
            _ => Value::Null,
        },
        ExprKind::Case {
            operand,
            branches,
            otherwise,
        } => {
            let subject = operand.as_ref().map(|operand| eval(operand)).transpose()?;
            for (when, then) in branches {
                let when = eval(when)?;
                let taken = match &subject {
                    Some(subject) => {
                        compare(subject.as_ref(), when.as_ref()).is_some_and(|o| o.is_eq())
                    }
                    None => truth(&when) == Some(true),
                };
                if taken {
                    return eval(then);
                }
            }
            match otherwise {
                Some(otherwise) => eval(otherwise)?,
                None => Value::Null,
            }
        }
        ExprKind::Cast { operand, to } => cast(eval(operand)?.as_ref(), *to)?,
        ExprKind::Parameter(_)
        | ExprKind::Distance { .. }
        | ExprKind::Function { .. }
        | ExprKind::Subscript { .. }
        | ExprKind::AnyElement { .. }
        | ExprKind::Subquery(_) => {
            return Err(Error::unsupported("not generated"));
        }
    })
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Boolean(value) => Some(*value),
        _ => None,
    }
}

fn leaf(ty: SqlType) -> BoxedStrategy<Expr> {
    let column = TYPES.iter().position(|t| *t == ty).unwrap() as u32;
    let value = value(ty).prop_map(move |value| expr(ExprKind::Literal(value), ty));
    prop_oneof![Just(expr(ExprKind::Column(id(column)), ty)), value].boxed()
}

fn value(ty: SqlType) -> BoxedStrategy<Value> {
    let some = match ty {
        SqlType::Integer => prop_oneof![
            6 => (-3i64..4).prop_map(Value::Integer),
            1 => Just(Value::Integer(i64::MAX)),
            1 => Just(Value::Integer((1 << 53) + 1)),
        ]
        .boxed(),
        SqlType::Real => prop_oneof![
            6 => (-6i32..7).prop_map(|v| Value::Real(f64::from(v) / 2.0)),
            1 => Just(Value::Real(9_007_199_254_740_992.0)),
            1 => Just(Value::Real(1e300)),
            1 => Just(Value::Real(-0.0)),
        ]
        .boxed(),
        SqlType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        _ => "[ab%_]{0,3}".prop_map(Value::Text).boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 6 => some].boxed()
}

/// Expressions of a type, as the binder would make them.
fn tree(ty: SqlType, depth: u32) -> BoxedStrategy<Expr> {
    if depth == 0 {
        return leaf(ty);
    }
    let below = move |ty: SqlType| tree(ty, depth - 1).prop_map(Box::new).boxed();
    let number = prop_oneof![Just(SqlType::Integer), Just(SqlType::Real)];
    let case = case(ty, depth - 1);
    match ty {
        SqlType::Integer | SqlType::Real => {
            let op = prop_oneof![
                Just(BinaryOp::Add),
                Just(BinaryOp::Subtract),
                Just(BinaryOp::Multiply),
                Just(BinaryOp::Divide),
                Just(BinaryOp::Modulo)
            ];
            let binary = (op, below(ty), below(ty))
                .prop_map(move |(op, left, right)| expr(ExprKind::Binary { op, left, right }, ty));
            let negate = below(ty).prop_map(move |operand| {
                let op = UnaryOp::Negate;
                expr(ExprKind::Unary { op, operand }, ty)
            });
            let cast = number
                .prop_flat_map(below)
                .prop_map(move |operand| expr(ExprKind::Cast { operand, to: ty }, ty));
            prop_oneof![1 => leaf(ty), 3 => binary, 1 => negate, 1 => cast, 1 => case].boxed()
        }
        SqlType::Boolean => prop_oneof![
            1 => leaf(ty),
            3 => logic(depth - 1),
            3 => comparison(depth - 1),
            1 => tests(depth - 1),
            1 => case,
        ]
        .boxed(),
        _ => {
            let concat = (below(ty), below(ty)).prop_map(move |(left, right)| {
                let op = BinaryOp::Concat;
                expr(ExprKind::Binary { op, left, right }, ty)
            });
            prop_oneof![2 => leaf(ty), 1 => concat, 1 => case].boxed()
        }
    }
}

fn case(ty: SqlType, depth: u32) -> BoxedStrategy<Expr> {
    let branch = (tree(SqlType::Boolean, depth), tree(ty, depth));
    let searched = (
        proptest::collection::vec(branch, 1..3),
        proptest::option::of(tree(ty, depth).prop_map(Box::new)),
    )
        .prop_map(|(branches, otherwise)| (None, branches, otherwise));
    let simple = (
        tree(SqlType::Integer, depth).prop_map(Box::new),
        (tree(SqlType::Real, depth), tree(ty, depth)),
        tree(ty, depth).prop_map(Box::new),
    )
        .prop_map(|(operand, branch, otherwise)| (Some(operand), vec![branch], Some(otherwise)));
    prop_oneof![2 => searched, 1 => simple]
        .prop_map(move |(operand, branches, otherwise)| {
            let kind = ExprKind::Case {
                operand,
                branches,
                otherwise,
            };
            expr(kind, ty)
        })
        .boxed()
}

fn logic(depth: u32) -> BoxedStrategy<Expr> {
    let below = move || tree(SqlType::Boolean, depth).prop_map(Box::new);
    let op = prop_oneof![Just(BinaryOp::And), Just(BinaryOp::Or)];
    let binary = (op, below(), below())
        .prop_map(|(op, left, right)| expr(ExprKind::Binary { op, left, right }, SqlType::Boolean));
    let not = below().prop_map(|operand| {
        let op = UnaryOp::Not;
        expr(ExprKind::Unary { op, operand }, SqlType::Boolean)
    });
    prop_oneof![4 => binary, 1 => not].boxed()
}

fn comparison(depth: u32) -> BoxedStrategy<Expr> {
    let op = prop_oneof![
        Just(BinaryOp::Eq),
        Just(BinaryOp::NotEq),
        Just(BinaryOp::Lt),
        Just(BinaryOp::LtEq),
        Just(BinaryOp::Gt),
        Just(BinaryOp::GtEq)
    ];
    (op, comparable(depth, 2))
        .prop_map(|(op, mut sides)| {
            let (left, right) = (Box::new(sides.remove(0)), Box::new(sides.remove(0)));
            expr(ExprKind::Binary { op, left, right }, SqlType::Boolean)
        })
        .boxed()
}

/// Operands that compare with each other.
fn comparable(depth: u32, count: usize) -> BoxedStrategy<Vec<Expr>> {
    let number = prop_oneof![tree(SqlType::Integer, depth), tree(SqlType::Real, depth)];
    prop_oneof![
        3 => proptest::collection::vec(number, count),
        1 => proptest::collection::vec(tree(SqlType::Text, depth), count),
    ]
    .boxed()
}

/// The other predicates.
fn tests(depth: u32) -> BoxedStrategy<Expr> {
    let make = |kind: ExprKind| expr(kind, SqlType::Boolean);
    let any = prop_oneof![
        tree(SqlType::Integer, depth),
        tree(SqlType::Boolean, depth),
        tree(SqlType::Text, depth)
    ];
    let is_null = (any, any_bool()).prop_map(move |(operand, negated)| {
        make(ExprKind::IsNull {
            operand: Box::new(operand),
            negated,
        })
    });
    let is_boolean = (tree(SqlType::Boolean, depth), any_bool(), any_bool()).prop_map(
        move |(operand, value, negated)| {
            make(ExprKind::IsBoolean {
                operand: Box::new(operand),
                value,
                negated,
            })
        },
    );
    let is_distinct = (comparable(depth, 2), any_bool()).prop_map(move |(mut sides, negated)| {
        make(ExprKind::IsDistinct {
            left: Box::new(sides.remove(0)),
            right: Box::new(sides.remove(0)),
            negated,
        })
    });
    let between = (comparable(depth, 3), any_bool()).prop_map(move |(mut sides, negated)| {
        make(ExprKind::Between {
            operand: Box::new(sides.remove(0)),
            low: Box::new(sides.remove(0)),
            high: Box::new(sides.remove(0)),
            negated,
        })
    });
    let in_list = (comparable(depth, 4), any_bool()).prop_map(move |(mut sides, negated)| {
        make(ExprKind::InList {
            operand: Box::new(sides.remove(0)),
            list: sides,
            negated,
        })
    });
    let in_set = (
        tree(SqlType::Integer, depth),
        proptest::collection::vec(leaf(SqlType::Integer), 0..4),
        any_bool(),
    )
        .prop_map(move |(operand, list, negated)| {
            make(ExprKind::InList {
                operand: Box::new(operand),
                list,
                negated,
            })
        });
    let text = move || tree(SqlType::Text, depth).prop_map(Box::new);
    let like = (text(), text(), any_bool()).prop_map(move |(operand, pattern, negated)| {
        make(ExprKind::Like {
            operand,
            pattern,
            escape: Some('\\'),
            case_insensitive: false,
            negated,
        })
    });
    prop_oneof![
        is_null,
        is_boolean,
        is_distinct,
        between,
        in_list,
        in_set,
        like
    ]
    .boxed()
}

fn any_bool() -> impl Strategy<Value = bool> {
    any::<bool>()
}

fn rows() -> impl Strategy<Value = Vec<Vec<Value>>> {
    let row = TYPES.map(value).to_vec();
    proptest::collection::vec(row, 0..12)
}

fn batch(rows: &[Vec<Value>]) -> Batch {
    let mut batch = Batch::new(&TYPES);
    for row in rows {
        for (column, value) in batch.columns.iter_mut().zip(row) {
            column.push(value.as_ref()).unwrap();
        }
        batch.rows += 1;
    }
    batch
}

fn check(expr: &Expr, rows: &[Vec<Value>]) -> Result<(), TestCaseError> {
    let batch = batch(rows);
    let compiled = CompiledExpr::compile(expr, &layout(), &[]).unwrap();
    let wanted: Result<Vec<Value>> = rows.iter().map(|row| oracle(expr, row)).collect();
    match (compiled.to_column(&batch), wanted) {
        (Ok(column), Ok(wanted)) => {
            prop_assert_eq!(column.len(), rows.len());
            for (row, wanted) in wanted.iter().enumerate() {
                let same = total_order(column.get(row), wanted.as_ref()).is_eq();
                prop_assert!(same, "{:?} is not {wanted:?}", column.get(row));
            }
        }
        (Err(_), Err(_)) => {}
        (got, wanted) => prop_assert!(false, "{got:?} is not {wanted:?}"),
    }
    Ok(())
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn conditions_agree_with_the_oracle(expr in tree(SqlType::Boolean, 3), rows in rows()) {
        check(&expr, &rows)?;
    }

    #[test]
    fn numbers_agree_with_the_oracle(
        expr in prop_oneof![tree(SqlType::Integer, 3), tree(SqlType::Real, 3)],
        rows in rows(),
    ) {
        check(&expr, &rows)?;
    }

    #[test]
    fn texts_agree_with_the_oracle(expr in tree(SqlType::Text, 3), rows in rows()) {
        check(&expr, &rows)?;
    }

    /// A filter keeps the rows whose condition is TRUE; where each row evaluates, it agrees with the oracle, and
    /// an error is one that some row has.
    #[test]
    fn filters_agree_with_the_oracle(
        conjuncts in proptest::collection::vec(tree(SqlType::Boolean, 2), 1..4),
        rows in rows(),
    ) {
        let batch = batch(&rows);
        let compiled = CompiledExpr::conjunction(&conjuncts, &layout(), &[]).unwrap().unwrap();
        let mut selected = Vec::new();
        let got = compiled.select(&batch, Rows::All(batch.rows), &mut selected);
        // A row that a conjunct before excludes is not looked at by the next.
        let wanted: Result<Vec<bool>> = rows
            .iter()
            .map(|row| {
                for conjunct in &conjuncts {
                    if oracle(conjunct, row)? != Value::Boolean(true) {
                        return Ok(false);
                    }
                }
                Ok(true)
            })
            .collect();
        match (got, wanted) {
            (Ok(()), Ok(wanted)) => {
                let wanted = (0u32..).zip(wanted).filter(|(_, keep)| *keep);
                prop_assert_eq!(selected, wanted.map(|(row, _)| row).collect::<Vec<_>>());
            }
            (Err(_), Err(_)) => {}
            // A constant conjunct that is not TRUE ends the evaluation before it begins.
            (Ok(()), Err(_)) if selected.is_empty() => {}
            (got, wanted) => prop_assert!(false, "{got:?} is not {wanted:?}"),
        }
    }
}

#[test]
fn excluded_rows_raise_no_error() {
    let zero = || Box::new(expr(ExprKind::Literal(Value::Integer(0)), SqlType::Integer));
    let column = || Box::new(expr(ExprKind::Column(id(0)), SqlType::Integer));
    let binary = |op, left, right, ty| expr(ExprKind::Binary { op, left, right }, ty);
    let division = binary(BinaryOp::Divide, column(), column(), SqlType::Integer);
    let is_zero = binary(BinaryOp::Eq, column(), zero(), SqlType::Boolean);
    let guarded = expr(
        ExprKind::Case {
            operand: None,
            branches: vec![(is_zero, *zero())],
            otherwise: Some(Box::new(division)),
        },
        SqlType::Integer,
    );
    let row = |value| vec![Value::Integer(value), Value::Null, Value::Null, Value::Null];
    let batch = batch(&[row(0), row(7)]);
    let compiled = CompiledExpr::compile(&guarded, &layout(), &[]).unwrap();
    let column = compiled.to_column(&batch).unwrap();
    assert_eq!(column.get(0).to_owned(), Value::Integer(0));
    assert_eq!(column.get(1).to_owned(), Value::Integer(1));
}
