//! FROM: tables, VALUES, queries and joins.

use sqlparser::ast::{
    Join as TheirJoin, JoinConstraint, JoinOperator, Query as TheirQuery, TableAlias as TheirAlias,
    TableAliasColumnDef, TableFactor, TableFunctionArgs, TableSample as TheirSample,
    TableSampleKind, TableSampleMethod, TableSampleModifier, TableSampleQuantity, TableSampleSeed,
    TableSampleSeedModifier, TableWithJoins,
};

use sqlparser::parser::Parser;

use super::{Clauses, Converter};
use crate::ast::{
    AsOf, Expr, Identifier, Join, JoinCondition, JoinKind, Query, QueryBody, Relation,
    SampleMethod, TableAlias, TableSample,
};
use crate::error::{Error, Position, Result, SqlState};
use crate::parse::as_of::AsOfKind;
use crate::parse::dialect::CitadelDialect;
use crate::parse::heads::RECURSION_MAX;
use crate::parse::syntax_error::syntax_error;

/// The most relations in one FROM; joins are a tree as deep as they are many.
const RELATIONS_MAX: usize = 64;

impl Converter<'_> {
    /// The items of FROM.
    pub(super) fn relations(&self, from: Vec<TableWithJoins>) -> Result<Vec<Relation>> {
        let joined: usize = from.iter().map(|item| item.joins.len() + 1).sum();
        if joined > RELATIONS_MAX {
            return Err(Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!("FROM takes at most {RELATIONS_MAX} tables"),
            ));
        }
        from.into_iter().map(|item| self.relation(item)).collect()
    }

    fn relation(&self, item: TableWithJoins) -> Result<Relation> {
        let TableWithJoins { relation, joins } = item;
        let first = self.deeper(|| self.table_factor(relation))?;
        joins.into_iter().try_fold(first, |left, join| {
            let TheirJoin {
                relation,
                global,
                join_operator,
            } = join;
            let right = self.deeper(|| self.table_factor(relation))?;
            let at = relation_position(&right);
            Clauses(at).refuse(&[("GLOBAL JOIN", &global)])?;
            let (kind, condition) = self.join_operator(join_operator, at)?;
            Ok(Relation::Join(Box::new(Join {
                kind,
                left,
                right,
                condition,
            })))
        })
    }

    fn join_operator(
        &self,
        operator: JoinOperator,
        at: Option<Position>,
    ) -> Result<(JoinKind, JoinCondition)> {
        let unsupported = |what: &str| Err(Error::unsupported(what).at(at));
        let (kind, constraint) = match operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => {
                (JoinKind::Inner, constraint)
            }
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
                (JoinKind::Left, constraint)
            }
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
                (JoinKind::Right, constraint)
            }
            JoinOperator::FullOuter(constraint) => (JoinKind::Full, constraint),
            JoinOperator::CrossJoin(JoinConstraint::None) => {
                return Ok((JoinKind::Inner, JoinCondition::None));
            }
            JoinOperator::CrossJoin(_) => return unsupported("CROSS JOIN with a condition"),
            JoinOperator::Semi(_) | JoinOperator::LeftSemi(_) | JoinOperator::RightSemi(_) => {
                return unsupported("SEMI JOIN");
            }
            JoinOperator::Anti(_) | JoinOperator::LeftAnti(_) | JoinOperator::RightAnti(_) => {
                return unsupported("ANTI JOIN");
            }
            JoinOperator::CrossApply | JoinOperator::OuterApply => {
                return unsupported("APPLY");
            }
            JoinOperator::AsOf { .. } => return unsupported("ASOF JOIN"),
            JoinOperator::StraightJoin(_) => return unsupported("STRAIGHT_JOIN"),
            JoinOperator::ArrayJoin
            | JoinOperator::LeftArrayJoin
            | JoinOperator::InnerArrayJoin => return unsupported("ARRAY JOIN"),
        };
        Ok((kind, self.join_constraint(constraint, at)?))
    }

    fn join_constraint(
        &self,
        constraint: JoinConstraint,
        at: Option<Position>,
    ) -> Result<JoinCondition> {
        match constraint {
            JoinConstraint::On(on) => self.expr(on).map(JoinCondition::On),
            JoinConstraint::Using(columns) => self.names(columns).map(JoinCondition::Using),
            JoinConstraint::Natural => Ok(JoinCondition::Natural),
            JoinConstraint::None => Err(syntax_error("syntax error: JOIN needs ON or USING", at)),
        }
    }

    fn table_factor(&self, factor: TableFactor) -> Result<Relation> {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                let name = self.name(name)?;
                Clauses(name.position).refuse(&[
                    ("a table hint", &with_hints),
                    ("time travel (AS OF)", &version),
                    ("PARTITION in FROM", &partitions),
                    ("a path after a table", &json_path),
                    ("an index hint", &index_hints),
                ])?;
                let alias = self.table_alias(alias)?;
                let as_of = self.as_of(&name)?;
                let sample = match sample {
                    Some(TableSampleKind::AfterTableAlias(sample)) => {
                        Some(Box::new(self.table_sample(*sample, name.position)?))
                    }
                    Some(TableSampleKind::BeforeTableAlias(_)) => {
                        return Err(syntax_error(
                            "syntax error: TABLESAMPLE stands behind the alias",
                            name.position,
                        ));
                    }
                    None => None,
                };
                let Some(TableFunctionArgs { args, settings }) = args else {
                    Clauses(name.position).refuse(&[("WITH ORDINALITY", &with_ordinality)])?;
                    return Ok(Relation::Table {
                        name,
                        alias,
                        as_of,
                        sample,
                    });
                };
                Clauses(name.position).refuse(&[("TABLESAMPLE of a function", &sample)])?;
                Clauses(name.position).refuse(&[("SETTINGS of a table function", &settings)])?;
                let position = name.position;
                let arguments = args
                    .into_iter()
                    .map(|argument| self.argument(argument, position));
                Ok(Relation::Function {
                    arguments: arguments.collect::<Result<_>>()?,
                    name,
                    ordinality: with_ordinality,
                    alias,
                })
            }
            TableFactor::Function {
                lateral: _,
                name,
                args,
                with_ordinality,
                alias,
            } => {
                let name = self.name(name)?;
                let position = name.position;
                let arguments = args
                    .into_iter()
                    .map(|argument| self.argument(argument, position));
                Ok(Relation::Function {
                    arguments: arguments.collect::<Result<_>>()?,
                    name,
                    ordinality: with_ordinality,
                    alias: self.table_alias(alias)?,
                })
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset,
                with_offset_alias,
                with_ordinality,
            } => {
                let arguments = self.exprs(array_exprs)?;
                let position = arguments.first().and_then(|first| first.position);
                Clauses(position).refuse(&[
                    ("WITH OFFSET", &with_offset),
                    ("WITH OFFSET", &with_offset_alias),
                ])?;
                Ok(Relation::Function {
                    name: Identifier {
                        name: "unnest".to_owned(),
                        position,
                    },
                    arguments,
                    ordinality: with_ordinality,
                    alias: self.table_alias(alias)?,
                })
            }
            TableFactor::Derived {
                lateral,
                subquery,
                alias,
                sample,
            } => {
                let at = alias
                    .as_ref()
                    .and_then(|alias| self.locator.start_of(alias.name.span));
                Clauses(at).refuse(&[("TABLESAMPLE", &sample)])?;
                self.derived(lateral, *subquery, alias, at)
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                let relation = self.relation(*table_with_joins)?;
                Clauses(relation_position(&relation)).refuse(&[("an alias of a join", &alias)])?;
                Ok(relation)
            }
            other => Err(Error::unsupported(unsupported_factor(&other))),
        }
    }

    /// `FOR SYSTEM_TIME | SYSTEM_VERSION AS OF x` behind a name.
    fn table_sample(&self, sample: TheirSample, at: Option<Position>) -> Result<TableSample> {
        let TheirSample {
            modifier,
            name,
            quantity,
            seed,
            bucket,
            offset,
        } = sample;
        if modifier != TableSampleModifier::TableSample {
            return Err(Error::unsupported("SAMPLE").at(at));
        }
        Clauses(at).refuse(&[("BUCKET", &bucket), ("OFFSET of a sample", &offset)])?;
        let method = match name {
            Some(TableSampleMethod::Bernoulli) => SampleMethod::Bernoulli,
            Some(TableSampleMethod::System) => SampleMethod::System,
            _ => {
                return Err(Error::unsupported("this method of TABLESAMPLE")
                    .at(at)
                    .hint("BERNOULLI takes rows, SYSTEM rows that lie together"));
            }
        };
        let percentage = match quantity {
            Some(TableSampleQuantity {
                parenthesized: true,
                value,
                unit: None,
            }) => self.expr(value)?,
            _ => {
                return Err(syntax_error(
                    "syntax error: TABLESAMPLE takes a percentage in parentheses",
                    at,
                ));
            }
        };
        let seed = match seed {
            Some(TableSampleSeed {
                modifier: TableSampleSeedModifier::Repeatable,
                value,
            }) => {
                let (kind, position) = self.literal(value)?;
                Some(Expr {
                    kind,
                    position: position.or(at),
                })
            }
            Some(_) => return Err(Error::unsupported("SEED").at(at)),
            None => None,
        };
        Ok(TableSample {
            method,
            percentage,
            seed,
        })
    }

    fn as_of(&self, name: &Identifier) -> Result<Option<Box<AsOf>>> {
        let Some(clause) = self.as_ofs.of(name.position) else {
            return Ok(None);
        };
        let mut parser = Parser::new(&CitadelDialect)
            .with_recursion_limit(RECURSION_MAX)
            .with_tokens_with_locations(clause.value.clone());
        let value = parser.parse_expr().map_err(|_| {
            syntax_error("syntax error: expected a value after AS OF", name.position)
        })?;
        let value = self.expr(value)?;
        Ok(Some(Box::new(match clause.kind {
            AsOfKind::Time => AsOf::Time(value),
            AsOfKind::Version => AsOf::Version(value),
        })))
    }

    /// `[LATERAL] (query) AS t (a, b)`
    fn derived(
        &self,
        lateral: bool,
        subquery: TheirQuery,
        alias: Option<TheirAlias>,
        at: Option<Position>,
    ) -> Result<Relation> {
        let query = self.query(subquery, at)?;
        let alias = self.table_alias(alias)?;
        Ok(match query {
            Query {
                with,
                body: QueryBody::Values(values),
                order_by,
                limit: None,
                offset: None,
            } if !lateral && with.is_empty() && order_by.is_empty() => Relation::Values {
                position: at.or_else(|| values.rows.first()?.first()?.position),
                values,
                alias,
            },
            query => Relation::Query {
                lateral,
                query: Box::new(query),
                alias,
                position: at,
            },
        })
    }

    fn table_alias(&self, alias: Option<TheirAlias>) -> Result<Option<TableAlias>> {
        alias.map(|alias| self.alias(alias)).transpose()
    }

    pub(super) fn alias(&self, alias: TheirAlias) -> Result<TableAlias> {
        let TheirAlias {
            explicit: _,
            name,
            columns,
            at,
        } = alias;
        let name = self.identifier(name)?;
        Clauses(name.position).refuse(&[("AT in an alias", &at)])?;
        let columns = columns
            .into_iter()
            .map(|TableAliasColumnDef { name, data_type }| {
                let name = self.identifier(name)?;
                Clauses(name.position).refuse(&[("a type in an alias", &data_type)])?;
                Ok(name)
            })
            .collect::<Result<Vec<Identifier>>>()?;
        Ok(TableAlias { name, columns })
    }
}

fn relation_position(relation: &Relation) -> Option<Position> {
    match relation {
        Relation::Table { name, .. } | Relation::Function { name, .. } => name.position,
        Relation::Values { position, .. } | Relation::Query { position, .. } => *position,
        Relation::Join(join) => relation_position(&join.right),
    }
}

fn unsupported_factor(factor: &TableFactor) -> &'static str {
    match factor {
        TableFactor::Table { .. } => "this table",
        TableFactor::Derived { .. } => "a subquery in FROM",
        TableFactor::NestedJoin { .. } => "a join in parentheses",
        TableFactor::TableFunction { .. }
        | TableFactor::Function { .. }
        | TableFactor::UNNEST { .. } => "a table function",
        TableFactor::JsonTable { .. } | TableFactor::OpenJsonTable { .. } => "JSON_TABLE",
        TableFactor::Pivot { .. } => "PIVOT",
        TableFactor::Unpivot { .. } | TableFactor::UnpivotExpr { .. } => "UNPIVOT",
        TableFactor::MatchRecognize { .. } => "MATCH_RECOGNIZE",
        TableFactor::XmlTable { .. } => "XMLTABLE",
        TableFactor::SemanticView { .. } => "SEMANTIC_VIEW",
    }
}
