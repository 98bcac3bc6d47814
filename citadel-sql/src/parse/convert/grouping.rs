//! GROUP BY: expressions, and the sets that GROUPING SETS, ROLLUP and CUBE stand for.

use sqlparser::ast::{
    Expr as Theirs, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr,
};

use super::{Clauses, Converter};
use crate::ast::Expr;
use crate::error::{Error, Position, Result, SqlState};

/// The most sets of one GROUP BY.
const SETS_MAX: usize = 4096;

/// Lists of expressions, each a set to group by.
type Sets = Vec<Vec<Expr>>;

impl Converter<'_> {
    /// The sets of a GROUP BY: one for expressions alone, none without the clause.
    pub(super) fn group_by(&self, group_by: GroupByExpr, at: Option<Position>) -> Result<Sets> {
        let (exprs, modifiers) = match group_by {
            GroupByExpr::All(_) => return Err(Error::unsupported("GROUP BY ALL").at(at)),
            GroupByExpr::Expressions(exprs, modifiers) => (exprs, modifiers),
        };
        Clauses(at).refuse(&[("GROUP BY … WITH", &modifiers)])?;
        if exprs.is_empty() {
            return Ok(Vec::new());
        }
        let mut sets: Sets = vec![Vec::new()];
        for expr in exprs {
            let item = self.grouping_item(expr, at)?;
            check_count(sets.len().saturating_mul(item.len()), at)?;
            sets = sets
                .iter()
                .flat_map(|set| item.iter().map(|more| [&set[..], &more[..]].concat()))
                .collect();
        }
        Ok(sets)
    }

    /// What one item of the list stands for.
    fn grouping_item(&self, expr: Theirs, at: Option<Position>) -> Result<Sets> {
        match expr {
            Theirs::Rollup(parts) => {
                let parts = self.parts(parts)?;
                let lengths = (0..=parts.len()).rev();
                Ok(lengths.map(|len| parts[..len].concat()).collect())
            }
            Theirs::Cube(parts) => {
                let parts = self.parts(parts)?;
                let count = 1usize.checked_shl(u32::try_from(parts.len()).unwrap_or(u32::MAX));
                let count = count.unwrap_or(usize::MAX);
                check_count(count, at)?;
                // The first part is the last to go.
                let has = |number: usize, part: usize| number >> (parts.len() - 1 - part) & 1 == 0;
                let set = |number: usize| {
                    let parts = parts.iter().enumerate();
                    let parts = parts.filter(|(part, _)| has(number, *part));
                    parts.flat_map(|(_, exprs)| exprs.iter().cloned()).collect()
                };
                Ok((0..count).map(set).collect())
            }
            Theirs::GroupingSets(sets) => {
                let mut all = Sets::new();
                for set in sets {
                    // A set may be what other sets are written with.
                    match <[Theirs; 1]>::try_from(set) {
                        Ok([item]) => all.extend(self.grouping_item(written_out(item), at)?),
                        Err(set) => all.push(self.exprs(set)?),
                    }
                    check_count(all.len(), at)?;
                }
                Ok(all)
            }
            Theirs::Tuple(exprs) => Ok(vec![self.exprs(exprs)?]),
            expr => Ok(vec![vec![self.expr(expr)?]]),
        }
    }

    fn parts(&self, parts: Vec<Vec<Theirs>>) -> Result<Sets> {
        parts.into_iter().map(|part| self.exprs(part)).collect()
    }
}

/// ROLLUP and CUBE inside of GROUPING SETS, which sqlparser takes for functions.
fn written_out(item: Theirs) -> Theirs {
    let Theirs::Function(function) = &item else {
        return item;
    };
    let name = function.name.to_string();
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    if !is("rollup") && !is("cube") {
        return item;
    }
    let FunctionArguments::List(list) = &function.args else {
        return item;
    };
    let part = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Theirs::Tuple(exprs))) => Some(exprs.clone()),
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(vec![expr.clone()]),
        _ => None,
    };
    match list.args.iter().map(part).collect() {
        Some(parts) if is("cube") => Theirs::Cube(parts),
        Some(parts) => Theirs::Rollup(parts),
        None => item,
    }
}

fn check_count(sets: usize, at: Option<Position>) -> Result<()> {
    if sets <= SETS_MAX {
        return Ok(());
    }
    Err(Error::sql(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("GROUP BY stands for more than {SETS_MAX} sets"),
    )
    .at(at))
}
