//! SELECT, VALUES, set operations and WITH.

use sqlparser::ast::{
    Cte as TheirCte, Distinct, Expr as Theirs, Fetch, LimitClause, Offset, OrderBy, OrderByExpr,
    OrderByKind, OrderByOptions, OrderBySort, Query as TheirQuery, Select as TheirSelect,
    SelectItem as TheirItem, SelectItemQualifiedWildcardKind, SetExpr,
    SetOperator as TheirOperator, SetQuantifier, Value::Number, Values as TheirValues,
    WildcardAdditionalOptions, With,
};

use super::statement::is_change;
use super::{Clauses, Converter};
use crate::ast::{
    Cte, CteBody, Distinctness, Expr, OrderKey, Query, QueryBody, Select, SelectItem, SetOperation,
    SetOperator, Values,
};
use crate::error::{Error, Position, Result};
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    pub(super) fn query(&self, query: TheirQuery, at: Option<Position>) -> Result<Query> {
        self.deeper(|| self.query_parts(query, at))
    }

    fn query_parts(&self, query: TheirQuery, at: Option<Position>) -> Result<Query> {
        let TheirQuery {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        Clauses(at).refuse(&[
            ("FOR UPDATE or FOR SHARE", &locks),
            ("FOR XML or FOR JSON", &for_clause),
            ("SETTINGS", &settings),
            ("FORMAT", &format_clause),
            ("a pipe operator", &pipe_operators),
        ])?;
        let (limit, offset) = self.limit(limit_clause, fetch, at)?;
        let query = Query {
            with: self.with(with)?,
            body: self.body(*body, at)?,
            order_by: self.order_by(order_by, at)?,
            limit,
            offset,
        };
        Ok(without_parentheses(query))
    }

    pub(super) fn with(&self, with: Option<With>) -> Result<Vec<Cte>> {
        let Some(With {
            with_token: _,
            recursive,
            cte_tables,
        }) = with
        else {
            return Ok(Vec::new());
        };
        let ctes = cte_tables.into_iter();
        ctes.map(|cte| self.cte(cte, recursive)).collect()
    }

    /// MATERIALIZED and NOT MATERIALIZED are hints: the answer is the same.
    fn cte(&self, cte: TheirCte, recursive: bool) -> Result<Cte> {
        let TheirCte {
            alias,
            query,
            from,
            materialized: _,
            closing_paren_token: _,
        } = cte;
        let alias = self.alias(alias)?;
        let at = alias.name.position;
        Clauses(at).refuse(&[("FROM in WITH", &from)])?;
        Ok(Cte {
            recursive,
            name: alias.name,
            columns: alias.columns,
            body: match is_change(&query) {
                true => CteBody::Change(Box::new(self.deeper(|| self.change_with(*query, at))?)),
                false => CteBody::Query(Box::new(self.query(*query, at)?)),
            },
        })
    }

    fn body(&self, body: SetExpr, at: Option<Position>) -> Result<QueryBody> {
        let unsupported = |what: &str| Err(Error::unsupported(what).at(at));
        match body {
            SetExpr::Select(select) => Ok(QueryBody::Select(Box::new(self.select(*select)?))),
            SetExpr::Values(values) => Ok(QueryBody::Values(self.values(values, at)?)),
            SetExpr::Query(query) => Ok(QueryBody::Query(Box::new(self.query(*query, at)?))),
            SetExpr::SetOperation { .. } => self.deeper(|| self.set_operation(body, at)),
            SetExpr::Insert(_) => unsupported("INSERT as a query"),
            SetExpr::Update(_) => unsupported("UPDATE as a query"),
            SetExpr::Delete(_) => unsupported("DELETE as a query"),
            SetExpr::Merge(_) => unsupported("MERGE as a query"),
            SetExpr::Table(_) => unsupported("TABLE"),
        }
    }

    /// A chain of set operations, which leans to the left, however long it is.
    fn set_operation(&self, mut body: SetExpr, at: Option<Position>) -> Result<QueryBody> {
        let mut rest = Vec::new();
        while let SetExpr::SetOperation {
            op,
            set_quantifier,
            left,
            right,
        } = body
        {
            rest.push((
                set_operator(op),
                keeps_duplicates(set_quantifier, at)?,
                right,
            ));
            body = *left;
        }
        let mut left = self.body(body, at)?;
        while let Some((operator, all, right)) = rest.pop() {
            let mut inputs = vec![left, self.body(*right, at)?];
            while let Some((_, _, right)) =
                rest.pop_if(|(next, also, _)| (*next, *also) == (operator, all))
            {
                inputs.push(self.body(*right, at)?);
            }
            left = QueryBody::SetOperation(Box::new(SetOperation {
                operator,
                all,
                inputs,
                position: at,
            }));
        }
        Ok(left)
    }

    pub(super) fn values(&self, values: TheirValues, at: Option<Position>) -> Result<Values> {
        let TheirValues {
            explicit_row,
            value_keyword,
            rows,
        } = values;
        Clauses(at).refuse(&[("ROW in VALUES", &explicit_row), ("VALUE", &value_keyword)])?;
        let mut width = None;
        let rows = rows
            .into_iter()
            .map(|row| {
                let at = self.locator.start_of(row.opening_token.0.span).or(at);
                let row = self.exprs(row.content)?;
                if row.is_empty() || *width.get_or_insert(row.len()) != row.len() {
                    return Err(syntax_error(
                        "the rows of VALUES must have the same number of values, at least one",
                        at,
                    ));
                }
                Ok(row)
            })
            .collect::<Result<_>>()?;
        Ok(Values { rows })
    }

    fn select(&self, select: TheirSelect) -> Result<Select> {
        let TheirSelect {
            select_token,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let at = self.locator.start_of(select_token.0.span);
        let from_first = !matches!(flavor, sqlparser::ast::SelectFlavor::Standard);
        Clauses(at).refuse(&[
            ("an optimizer hint", &optimizer_hints),
            ("a SELECT modifier", &select_modifiers),
            ("TOP", &top),
            ("EXCLUDE", &exclude),
            ("SELECT INTO", &into),
            ("LATERAL VIEW", &lateral_views),
            ("PREWHERE", &prewhere),
            ("CONNECT BY", &connect_by),
            ("CLUSTER BY", &cluster_by),
            ("DISTRIBUTE BY", &distribute_by),
            ("SORT BY", &sort_by),
            ("QUALIFY", &qualify),
            ("SELECT AS VALUE or STRUCT", &value_table_mode),
            ("FROM before SELECT", &from_first),
        ])?;
        if projection.is_empty() {
            return Err(syntax_error("syntax error: an empty select list", at));
        }
        Ok(Select {
            distinctness: self.distinctness(distinct)?,
            items: projection
                .into_iter()
                .map(|item| self.select_item(item))
                .collect::<Result<_>>()?,
            from: self.relations(from)?,
            filter: self.optional_expr(selection)?,
            group_by: self.group_by(group_by, at)?,
            having: self.optional_expr(having)?,
            windows: self.named_windows(named_window)?,
        })
    }

    fn distinctness(&self, distinct: Option<Distinct>) -> Result<Distinctness> {
        Ok(match distinct {
            None | Some(Distinct::All) => Distinctness::All,
            Some(Distinct::Distinct) => Distinctness::Distinct,
            Some(Distinct::On(keys)) => Distinctness::On(self.exprs(keys)?),
        })
    }

    pub(super) fn select_item(&self, item: TheirItem) -> Result<SelectItem> {
        match item {
            TheirItem::UnnamedExpr(expr) => Ok(SelectItem::Expr {
                expr: self.expr(expr)?,
                alias: None,
            }),
            TheirItem::ExprWithAlias { expr, alias } => {
                let expr = self.expr(expr)?;
                let alias = self
                    .identifier(alias)
                    .map_err(|error| error.at(expr.position))?;
                Ok(SelectItem::Expr {
                    expr,
                    alias: Some(alias),
                })
            }
            TheirItem::ExprWithAliases { expr, .. } => {
                let at = self.expr(expr)?.position;
                Err(Error::unsupported("several aliases of one column").at(at))
            }
            TheirItem::Wildcard(options) => Ok(SelectItem::Star(self.wildcard(options)?)),
            TheirItem::QualifiedWildcard(kind, options) => {
                let at = self.wildcard(options)?;
                match kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => {
                        self.name(name).map(SelectItem::TableStar)
                    }
                    SelectItemQualifiedWildcardKind::Expr(_) => {
                        Err(Error::unsupported("* of an expression").at(at))
                    }
                }
            }
        }
    }

    fn wildcard(&self, options: WildcardAdditionalOptions) -> Result<Option<Position>> {
        let WildcardAdditionalOptions {
            wildcard_token,
            opt_ilike,
            opt_exclude,
            opt_except,
            opt_replace,
            opt_rename,
            opt_alias,
        } = options;
        let at = self.locator.start_of(wildcard_token.0.span);
        Clauses(at).refuse(&[
            ("* ILIKE", &opt_ilike),
            ("* EXCLUDE", &opt_exclude),
            ("* EXCEPT", &opt_except),
            ("* REPLACE", &opt_replace),
            ("* RENAME", &opt_rename),
            ("an alias of *", &opt_alias),
        ])?;
        Ok(at)
    }

    fn order_by(&self, order_by: Option<OrderBy>, at: Option<Position>) -> Result<Vec<OrderKey>> {
        let Some(OrderBy { kind, interpolate }) = order_by else {
            return Ok(Vec::new());
        };
        Clauses(at).refuse(&[("INTERPOLATE", &interpolate)])?;
        match kind {
            OrderByKind::All(_) => Err(Error::unsupported("ORDER BY ALL").at(at)),
            OrderByKind::Expressions(keys) => self.order_keys(keys),
        }
    }

    pub(super) fn order_keys(&self, keys: Vec<OrderByExpr>) -> Result<Vec<OrderKey>> {
        keys.into_iter().map(|key| self.order_key(key)).collect()
    }

    pub(super) fn order_key(&self, key: OrderByExpr) -> Result<OrderKey> {
        let OrderByExpr {
            expr,
            options: OrderByOptions { sort, nulls_first },
            with_fill,
        } = key;
        let expr = self.expr(expr)?;
        let uses_operator = matches!(sort, Some(OrderBySort::Using(_)));
        Clauses(expr.position).refuse(&[
            ("WITH FILL", &with_fill),
            ("ORDER BY … USING", &uses_operator),
        ])?;
        Ok(OrderKey {
            expr,
            descending: matches!(sort, Some(OrderBySort::Desc)),
            nulls_first,
        })
    }

    /// LIMIT and OFFSET; `FETCH FIRST n ROWS ONLY` is the standard's word for LIMIT.
    fn limit(
        &self,
        clause: Option<LimitClause>,
        fetch: Option<Fetch>,
        at: Option<Position>,
    ) -> Result<(Option<Expr>, Option<Expr>)> {
        let (limit, offset): (Option<Theirs>, Option<Theirs>) = match clause {
            None => (None, None),
            Some(LimitClause::LimitOffset {
                limit,
                offset,
                limit_by,
            }) => {
                Clauses(at).refuse(&[("LIMIT BY", &limit_by)])?;
                (limit, offset.map(|Offset { value, rows: _ }| value))
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => (Some(limit), Some(offset)),
        };
        let limit = match fetch {
            None => limit,
            Some(Fetch {
                with_ties,
                percent,
                quantity,
            }) => {
                Clauses(at).refuse(&[
                    ("FETCH … WITH TIES", &with_ties),
                    ("FETCH … PERCENT", &percent),
                    ("LIMIT beside FETCH", &limit),
                ])?;
                Some(quantity.unwrap_or_else(|| Theirs::value(Number("1".to_owned(), false))))
            }
        };
        Ok((self.optional_expr(limit)?, self.optional_expr(offset)?))
    }
}

fn set_operator(operator: TheirOperator) -> SetOperator {
    match operator {
        TheirOperator::Union => SetOperator::Union,
        TheirOperator::Intersect => SetOperator::Intersect,
        TheirOperator::Except | TheirOperator::Minus => SetOperator::Except,
    }
}

fn keeps_duplicates(quantifier: SetQuantifier, at: Option<Position>) -> Result<bool> {
    match quantifier {
        SetQuantifier::All => Ok(true),
        SetQuantifier::None | SetQuantifier::Distinct => Ok(false),
        SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
            Err(Error::unsupported("BY NAME in a set operation").at(at))
        }
    }
}

/// `(query)` with nothing around it is the query.
fn without_parentheses(query: Query) -> Query {
    let is_bare = query.with.is_empty()
        && query.order_by.is_empty()
        && query.limit.is_none()
        && query.offset.is_none();
    match query {
        Query {
            body: QueryBody::Query(inner),
            ..
        } if is_bare => *inner,
        query => query,
    }
}
