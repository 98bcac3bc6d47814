//! CREATE INDEX: btree and ann.

use std::sync::Arc;

use super::Binder;
use super::ann_options::{AnnOption, switch, unknown_option};
use super::bound::{self, ColumnId, CreateIndex, Expr, NewIndex, RelationNo, Statement};
use super::create_table::{check_key_type, taken};
use super::insert::{column_of, named_twice};
use super::lake::refuse_lake;
use super::row_expression::{check_immutable, indexable};
use super::same::same;
use crate::ast::{self, ExprKind, Identifier, IndexMethod, IndexOption};
use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnOptions, ColumnNo, Metric, TableDef};
use crate::types::{ScalarType, SqlType, VectorType};

impl Binder<'_> {
    pub(super) fn create_index(&mut self, create: &ast::CreateIndex) -> Result<Statement> {
        if self.is_taken(&create.name) {
            return match create.if_not_exists {
                true if self.catalog.index(&create.name.name).is_some() => Ok(Statement::Nothing),
                _ => Err(taken(&create.name)),
            };
        }
        let table = self.stored(&create.table)?;
        refuse_lake(&table, "CREATE INDEX", create.table.position)?;
        let kind = match create.method {
            IndexMethod::BTree => self.btree(create, &table)?,
            IndexMethod::Ann => self.ann(create, &table)?,
        };
        Ok(Statement::CreateIndex(CreateIndex {
            name: create.name.name.clone(),
            table,
            kind,
            sql: self.sql_text.to_owned(),
        }))
    }
}

impl Binder<'_> {
    fn btree(&mut self, create: &ast::CreateIndex, table: &TableDef) -> Result<NewIndex> {
        if let Some(column) = create.include.first() {
            return Err(Error::unsupported("INCLUDE in a btree index").at(column.position));
        }
        if let Some(option) = create.options.first() {
            return Err(unknown_option(&option.name, "btree"));
        }
        let relation = self.new_relation()?;
        self.note_collations(table, relation);
        let mut keys: Vec<Expr> = Vec::with_capacity(create.keys.len());
        for key in &create.keys {
            let bound = match &key.kind {
                ExprKind::Column {
                    table: None,
                    column,
                } => column_expr(table, column, relation)?,
                _ => self.row_expression(key, table, relation)?,
            };
            let bound = self.sort_key(bound)?;
            if keys.iter().any(|known| same(known, &bound)) {
                return Err(match &key.kind {
                    ExprKind::Column { column, .. } => named_twice(column),
                    _ => Error::sql(
                        SqlState::DUPLICATE_COLUMN,
                        "an expression is twice in the key of an index",
                    )
                    .at(key.position),
                });
            }
            check_key(&bound, table)?;
            keys.push(bound);
        }
        let condition = create.condition.as_ref();
        let condition = condition.map(|condition| self.row_condition(condition, table, relation));
        Ok(NewIndex::BTree {
            relation,
            keys,
            condition: condition.transpose()?,
            unique: create.unique,
            nulls_distinct: create.nulls_distinct,
        })
    }
}

/// A column of a table as an expression over its rows.
pub(super) fn column_expr(
    table: &TableDef,
    name: &Identifier,
    relation: RelationNo,
) -> Result<Expr> {
    let no = column_of(table, name)?;
    Ok(Expr {
        kind: bound::ExprKind::Column(ColumnId {
            relation,
            column: u32::from(no.0),
        }),
        ty: table.column(no).ty,
        position: name.position,
    })
}

/// Refuses what has no order, or is not the same each time.
fn check_key(key: &Expr, table: &TableDef) -> Result<()> {
    if let bound::ExprKind::Column(id) = key.kind
        && let Some(column) = table.columns.get(id.column as usize)
    {
        return check_key_type(column.ty, &column.name, key.position);
    }
    check_immutable(key)?;
    let unsupported = |what: &str| Err(Error::unsupported(what).at(key.position));
    match key.ty {
        SqlType::Vector(_) => unsupported("an ordered index on an expression that gives a VECTOR"),
        SqlType::Enum(_) | SqlType::Array(ScalarType::Enum(_)) => {
            unsupported("an index on an expression of an ENUM type")
        }
        SqlType::Unknown => Err(Error::sql(
            SqlState::INDETERMINATE_DATATYPE,
            "the type of what the index is on is not known",
        )
        .at(key.position)
        .hint("say it with a cast: ((…)::TEXT)")),
        _ => Ok(()),
    }
}

impl Binder<'_> {
    fn ann(&mut self, create: &ast::CreateIndex, table: &Arc<TableDef>) -> Result<NewIndex> {
        let at = create.name.position;
        if create.unique {
            return Err(Error::unsupported("UNIQUE with USING ann").at(at));
        }
        let [key] = create.keys.as_slice() else {
            return Err(Error::unsupported("an ann index on more than one column").at(at));
        };
        if let Some(condition) = &create.condition {
            return Err(Error::unsupported("a partial ann index (WHERE)").at(condition.position));
        }
        let relation = self.new_relation()?;
        let expr = self.row_expression(key, table, relation)?;
        let vector = indexable(&expr, table)?;
        let mut metric = None;
        let mut filters = distinct_columns(table, &create.include)?;
        let mut options = AnnOptions::default();
        let mut deferred = false;
        refuse_repeated(&create.options)?;
        for option in &create.options {
            match option.name.name.to_ascii_lowercase().as_str() {
                "metric" => metric = Some(metric_of(option, vector)?),
                "filters" => {
                    for name in filter_names(option)? {
                        let no = column_of(table, &name)?;
                        if !filters.contains(&no) {
                            filters.push(no);
                        }
                    }
                }
                "deferred" => deferred = switch(option)?,
                _ => match AnnOption::named(&option.name) {
                    Some(known) => known.set(&mut options, option)?,
                    None => return Err(unknown_option(&option.name, "ann")),
                },
            }
        }
        if let Some(no) = filters
            .iter()
            .find(|no| matches!(table.column(**no).ty, SqlType::Vector(_)))
        {
            return Err(Error::unsupported(format!(
                "the VECTOR column \"{}\" as a filter",
                table.column(*no).name
            ))
            .at(at));
        }
        Ok(NewIndex::Ann {
            relation,
            vector: expr,
            metric: metric.unwrap_or(if vector.is_bits() {
                Metric::Hamming
            } else {
                Metric::L2
            }),
            filters,
            options,
            deferred,
        })
    }
}

/// Refuses an option that is given twice.
pub(super) fn refuse_repeated(options: &[IndexOption]) -> Result<()> {
    for (at, option) in options.iter().enumerate() {
        let name = &option.name;
        let same = |other: &IndexOption| other.name.name.eq_ignore_ascii_case(&name.name);
        if options[..at].iter().any(same) {
            return Err(Error::sql(
                SqlState::SYNTAX_ERROR,
                format!("option \"{}\" is given twice", name.name),
            )
            .at(name.position));
        }
    }
    Ok(())
}

fn distinct_columns(table: &TableDef, names: &[Identifier]) -> Result<Vec<ColumnNo>> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let no = column_of(table, name)?;
        if columns.contains(&no) {
            return Err(named_twice(name));
        }
        columns.push(no);
    }
    Ok(columns)
}

/// The words of an option: a string, or a plain name.
pub(super) fn option_text(option: &IndexOption) -> Result<&str> {
    match &option.value.kind {
        ExprKind::Text(text) => Ok(text),
        ExprKind::Column {
            table: None,
            column,
        } => Ok(&column.name),
        _ => Err(Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("option \"{}\" takes a string", option.name.name),
        )
        .at(option.value.position)),
    }
}

/// A metric that measures the vectors of a column.
fn metric_of(option: &IndexOption, vector: VectorType) -> Result<Metric> {
    const METRICS: &str = "the metrics are l2, cosine and inner_product, and hamming for bits";
    let text = option_text(option)?;
    let metric = match text.to_ascii_lowercase().as_str() {
        "l2" => Metric::L2,
        "cosine" => Metric::Cosine,
        "inner_product" | "inner" | "ip" => Metric::InnerProduct,
        "hamming" => Metric::Hamming,
        "jaccard" => {
            return Err(Error::unsupported("an ann index of metric jaccard")
                .at(option.value.position)
                .hint("<%> is answered exactly, without an index"));
        }
        "l1" => {
            return Err(Error::unsupported("an ann index of metric l1")
                .at(option.value.position)
                .hint("<+> is answered exactly, without an index"));
        }
        _ => {
            return Err(Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("\"{text}\" is no metric"),
            )
            .at(option.value.position)
            .hint(METRICS));
        }
    };
    if metric.is_of_bits() == vector.is_bits() {
        return Ok(metric);
    }
    Err(Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("metric {} does not measure {vector}", metric.name()),
    )
    .at(option.value.position)
    .hint(METRICS))
}

/// `'a, b'` as names.
fn filter_names(option: &IndexOption) -> Result<Vec<Identifier>> {
    let text = option_text(option)?;
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    Ok(text
        .split(',')
        .map(|name| Identifier {
            name: name.trim().to_owned(),
            position: option.value.position,
        })
        .collect())
}
