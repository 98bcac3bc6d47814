//! Function calls, and the functions that SQL writes with words between the arguments.

use sqlparser::ast::{
    DuplicateTreatment, Expr as Theirs, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArgumentList, FunctionArguments, OrderByExpr, TrimWhereField,
};

use super::temporal::is_clock;
use super::{Clauses, Converter};
use crate::ast::{Arguments, Expr, ExprKind, Identifier};
use crate::error::{Error, Position, Result};
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    pub(super) fn function(&self, function: Function) -> Result<Expr> {
        let Function {
            name,
            uses_odbc_syntax,
            parameters,
            args,
            within_group,
            filter,
            null_treatment,
            over,
        } = function;
        let name = self.name(name)?;
        let position = name.position;
        let has_parameters = !matches!(parameters, FunctionArguments::None);
        Clauses(position).refuse(&[
            ("{fn …}", &uses_odbc_syntax),
            ("a function with two argument lists", &has_parameters),
            ("IGNORE or RESPECT NULLS", &null_treatment),
        ])?;
        let args = match args {
            FunctionArguments::Subquery(query) if name.name.eq_ignore_ascii_case("array") => {
                return self.array_of_query(*query, position);
            }
            args => args,
        };
        let arguments = self.arguments(args, &name)?;
        let arguments = self.within_group(arguments, within_group, position)?;
        let filter = filter.map(|filter| self.expr(*filter)).transpose()?;
        let filter = filter.map(Box::new);
        let kind = match (over, filter) {
            (Some(over), filter) => ExprKind::Window {
                over: Box::new(self.over(over, position)?),
                name,
                arguments,
                filter,
            },
            (None, None) => ExprKind::Function { name, arguments },
            (None, Some(filter)) => ExprKind::Filtered {
                name,
                arguments,
                filter,
            },
        };
        Ok(Expr { kind, position })
    }

    /// `WITHIN GROUP (ORDER BY …)` behind arguments.
    fn within_group(
        &self,
        arguments: Arguments,
        keys: Vec<OrderByExpr>,
        at: Option<Position>,
    ) -> Result<Arguments> {
        if keys.is_empty() {
            return Ok(arguments);
        }
        let keys = keys.into_iter().map(|key| self.order_key(key));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        match arguments {
            Arguments::List {
                distinct: false,
                values,
                order_by,
            } if order_by.is_empty() => Ok(Arguments::WithinGroup {
                values,
                order_by: keys,
            }),
            _ => Err(syntax_error(
                "syntax error: DISTINCT, ORDER BY and * do not go with WITHIN GROUP",
                at,
            )),
        }
    }

    pub(super) fn arguments(
        &self,
        arguments: FunctionArguments,
        function: &Identifier,
    ) -> Result<Arguments> {
        let at = function.position;
        match arguments {
            FunctionArguments::None if is_clock(&function.name) => Ok(Arguments::List {
                distinct: false,
                values: Vec::new(),
                order_by: Vec::new(),
            }),
            FunctionArguments::None => {
                Err(Error::unsupported(function.name.to_ascii_uppercase()).at(at))
            }
            FunctionArguments::Subquery(_) => Err(Error::unsupported("a subquery").at(at)),
            FunctionArguments::List(mut list) => {
                if let Some(parts) = self.interval_parts(&function.name, &mut list.args)? {
                    return Ok(parts);
                }
                self.argument_list(list, at)
            }
        }
    }

    fn argument_list(&self, list: FunctionArgumentList, at: Option<Position>) -> Result<Arguments> {
        let FunctionArgumentList {
            duplicate_treatment,
            mut args,
            clauses,
        } = list;
        let mut order_by = Vec::new();
        for clause in clauses {
            match clause {
                FunctionArgumentClause::OrderBy(keys) => {
                    for key in keys {
                        order_by.push(self.order_key(key)?);
                    }
                }
                _ => {
                    return Err(Error::unsupported("a clause inside a function's arguments").at(at));
                }
            }
        }
        let distinct = matches!(duplicate_treatment, Some(DuplicateTreatment::Distinct));
        if let [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)] = args.as_slice() {
            if distinct || !order_by.is_empty() {
                return Err(Error::unsupported("DISTINCT or ORDER BY with *").at(at));
            }
            return Ok(Arguments::Star);
        }
        let values = args
            .drain(..)
            .map(|argument| self.argument(argument, at))
            .collect::<Result<_>>()?;
        Ok(Arguments::List {
            distinct,
            values,
            order_by,
        })
    }

    pub(super) fn argument(&self, argument: FunctionArg, at: Option<Position>) -> Result<Expr> {
        match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.expr(expr),
            FunctionArg::Unnamed(
                FunctionArgExpr::QualifiedWildcard(_)
                | FunctionArgExpr::Wildcard
                | FunctionArgExpr::WildcardWithOptions(_),
            ) => Err(Error::unsupported("* among a function's arguments").at(at)),
            FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => {
                Err(Error::unsupported("a named argument").at(at))
            }
        }
    }

    /// A function whose arguments stood between words.
    pub(super) fn worded(&self, name: &str, arguments: Vec<Theirs>) -> Result<Expr> {
        let values: Vec<Expr> = arguments
            .into_iter()
            .map(|argument| self.expr(argument))
            .collect::<Result<_>>()?;
        let position = values.first().and_then(|value| value.position);
        Ok(Expr {
            kind: ExprKind::Function {
                name: Identifier {
                    name: name.to_owned(),
                    position,
                },
                arguments: Arguments::List {
                    distinct: false,
                    values,
                    order_by: Vec::new(),
                },
            },
            position,
        })
    }

    /// `TRIM([BOTH | LEADING | TRAILING] [what] FROM text)` or `TRIM(text, what)`
    pub(super) fn trim(
        &self,
        side: Option<TrimWhereField>,
        what: Option<Box<Theirs>>,
        text: Theirs,
        characters: Option<Vec<Theirs>>,
    ) -> Result<Expr> {
        let name = match side {
            None | Some(TrimWhereField::Both) => "trim",
            Some(TrimWhereField::Leading) => "ltrim",
            Some(TrimWhereField::Trailing) => "rtrim",
        };
        let mut arguments = vec![text];
        arguments.extend(what.map(|what| *what));
        arguments.extend(characters.into_iter().flatten());
        self.worded(name, arguments)
    }
}
