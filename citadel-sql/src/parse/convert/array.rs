//! `ARRAY[…]`, `ARRAY(query)` and subscripts.

use sqlparser::ast::{
    AccessExpr, Expr as Theirs, Query as TheirQuery, Subscript as TheirSubscript,
};

use sqlparser::parser::Parser;

use super::Converter;
use crate::ast::{
    Arguments, Expr, ExprKind, Identifier, Query, QueryBody, Relation, Select, SelectItem,
    Subscript, TableAlias,
};
use crate::error::{Error, Position, Result};
use crate::parse::dialect::CitadelDialect;
use crate::parse::heads::RECURSION_MAX;
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    /// `ARRAY[a, b]`, and `[a, b]` inside of one.
    pub(super) fn array(&self, elements: Vec<Theirs>, at: &Option<Position>) -> Result<Expr> {
        let elements = elements
            .into_iter()
            .map(|element| match element {
                Theirs::Array(inner) => self.deeper(|| self.array(inner.elem, at)),
                other => self.expr(other),
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Expr {
            position: elements.first().and_then(|first| first.position).or(*at),
            kind: ExprKind::Array(elements),
        })
    }

    /// `a[i][l:u]`, `t.a[i]`
    pub(super) fn subscripts(&self, root: Theirs, chain: Vec<AccessExpr>) -> Result<Expr> {
        let mut subscripts = Vec::new();
        let mut names = Vec::new();
        for access in chain {
            match access {
                AccessExpr::Dot(Theirs::Identifier(name)) if subscripts.is_empty() => {
                    names.push(name);
                }
                AccessExpr::Dot(_) => return Err(Error::unsupported("a field of a value")),
                AccessExpr::Subscript(TheirSubscript::Index { index }) => {
                    subscripts.push(Subscript::Index(self.expr(index)?));
                }
                AccessExpr::Subscript(TheirSubscript::Slice {
                    lower_bound,
                    upper_bound,
                    stride: None,
                }) => subscripts.push(Subscript::Slice(
                    self.optional_expr(lower_bound)?,
                    self.optional_expr(upper_bound)?,
                )),
                AccessExpr::Subscript(TheirSubscript::Slice { .. }) => {
                    return Err(Error::unsupported("a slice with steps"));
                }
            }
        }
        let root = match (names.is_empty(), root) {
            (true, Theirs::Array(array)) if !array.named => {
                return Err(Error::unsupported("[…] without ARRAY before it"));
            }
            (true, root) => root,
            (false, Theirs::Identifier(first)) => {
                names.insert(0, first);
                Theirs::CompoundIdentifier(names)
            }
            (false, Theirs::CompoundIdentifier(mut all)) => {
                all.append(&mut names);
                Theirs::CompoundIdentifier(all)
            }
            (false, _) => return Err(Error::unsupported("a field of a value")),
        };
        let array = self.expr(root)?;
        if subscripts.is_empty() {
            return Ok(array);
        }
        Ok(Expr {
            position: array.position,
            kind: ExprKind::Subscript {
                array: Box::new(array),
                subscripts,
            },
        })
    }

    /// Which part of a column is assigned to.
    pub(super) fn part(&self, column: &Identifier) -> Result<Vec<Subscript>> {
        let Some(tokens) = self.parts.of(column.position) else {
            return Ok(Vec::new());
        };
        let mut parser = Parser::new(&CitadelDialect)
            .with_recursion_limit(RECURSION_MAX)
            .with_tokens_with_locations(tokens.to_vec());
        let wrong = || syntax_error("syntax error: expected a subscript", column.position);
        let part = parser.parse_expr().map_err(|_| wrong())?;
        match self.expr(part)?.kind {
            ExprKind::Subscript { subscripts, .. } => Ok(subscripts),
            _ => Err(wrong()),
        }
    }

    /// `ARRAY(query)`: `(SELECT coalesce(array_agg(x), '{}') FROM (query) AS q (x))`.
    pub(super) fn array_of_query(&self, query: TheirQuery, at: Option<Position>) -> Result<Expr> {
        let query = self.query(query, at)?;
        let named = |name: &str| Identifier {
            name: name.to_owned(),
            position: at,
        };
        let expr = |kind| Expr { kind, position: at };
        let call = |name: &str, values| {
            expr(ExprKind::Function {
                name: named(name),
                arguments: Arguments::List {
                    distinct: false,
                    values,
                    order_by: Vec::new(),
                },
            })
        };
        let element = expr(ExprKind::Column {
            table: None,
            column: named("element"),
        });
        let all = call("array_agg", vec![element]);
        let none = expr(ExprKind::Text("{}".to_owned()));
        let select = Select::of(
            vec![SelectItem::Expr {
                expr: call("coalesce", vec![all, none]),
                alias: Some(named("array")),
            }],
            vec![Relation::Query {
                lateral: false,
                query: Box::new(query),
                alias: Some(TableAlias {
                    name: named("array"),
                    columns: vec![named("element")],
                }),
                position: at,
            }],
        );
        let query = Query::of(QueryBody::Select(Box::new(select)));
        Ok(expr(ExprKind::Subquery(Box::new(query))))
    }
}
