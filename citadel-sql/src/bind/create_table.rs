//! CREATE TABLE.

use super::Binder;
use super::alter_table::definition_of;
use super::bound::{
    CreateTable, Expr, ExprKind, Generated, NewCheck, NewColumn, NewDefault, NewLake, NewSequence,
    NewUnique, Query, RelationNo, Statement,
};
use super::expr::{Aggregation, ExprBinder};
use super::foreign_key::Referring;
use super::insert::named_twice;
use super::scope::{Scope, ScopeRelation};
use super::sequence::of_column;
use crate::ast::{
    self, ColumnConstraintKind, ColumnDefinition, Identifier, SequenceColumn, TableConstraint,
    TableConstraintKind,
};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::{assignment_to, fit_within};
use crate::schema::{ColumnNo, ColumnSequences, IntegerWidth};
use crate::types::{Collation, SqlType, Value};

/// The most columns of a table.
const COLUMNS_MAX: usize = 2_000;

impl Binder<'_> {
    pub(super) fn create_table(&mut self, create: &ast::CreateTable) -> Result<Statement> {
        if self.is_taken(&create.name) {
            return match create.if_not_exists {
                true if self.catalog.table(&create.name.name).is_some() => Ok(Statement::Nothing),
                _ => Err(taken(&create.name)),
            };
        }
        let lake = match &create.lake {
            Some(options) => Some(self.new_lake(create, options)?),
            None => None,
        };
        if let Some(rows) = &create.rows {
            return self.create_table_as(create, rows, lake);
        }
        let mut table = CreateTable {
            name: create.name.name.clone(),
            sql: self.sql_text.to_owned(),
            lake,
            ..CreateTable::default()
        };
        let columns_min = usize::from(table.lake.is_none());
        if !(columns_min..=COLUMNS_MAX).contains(&create.columns.len()) {
            return Err(invalid(
                format!("a table has 1 to {COLUMNS_MAX} columns"),
                create.name.position,
            ));
        }
        let relation = self.new_relation()?;
        let mut checks = Vec::new();
        let mut keys = Vec::new();
        for definition in &create.columns {
            let column = self.new_column(definition, &table.columns)?;
            if table.lake.is_some() {
                super::domain::refuse_in_lake(&column, definition.name.position)?;
            }
            // At most COLUMNS_MAX by now.
            let no = ColumnNo(u16::try_from(table.columns.len()).unwrap_or(u16::MAX));
            table.columns.push(column);
            self.column_constraints(definition, no, &mut table, &mut checks)?;
            keys.extend(references(definition));
        }
        for constraint in &create.constraints {
            self.table_constraint(constraint, &mut table, &mut checks)?;
            if let TableConstraintKind::ForeignKey(key) = &constraint.kind {
                keys.push((constraint.name.as_ref(), key.clone(), constraint.position));
            }
        }
        for (definition, at) in create.columns.iter().zip(0..) {
            if let Some(value) = generated_of(definition)? {
                let columns = table.columns.clone();
                let column = &mut table.columns[at];
                let value = self.generated(
                    value,
                    &table.name,
                    (&columns, &create.columns),
                    column,
                    relation,
                )?;
                column.generated = Some(value);
            }
        }
        for (name, condition) in checks {
            let check = self.new_check(name, condition, &table.name, &table.columns, relation)?;
            table.checks.push(check);
        }
        for (name, key, at) in keys {
            let referring = Referring {
                name: &table.name,
                columns: &table.columns,
                primary_key: &table.primary_key,
                unique: table.unique.iter().map(|u| u.columns.clone()).collect(),
            };
            let key = self.new_foreign_key((name, &key), &referring, at)?;
            table.foreign_keys.push(key);
        }
        check_rowid_default(&table, create.name.position)?;
        if table.columns.iter().any(|column| column.counts) && table.primary_key.len() != 1 {
            return Err(not_counted(create.name.position));
        }
        // The primary key is unique already.
        let primary_key = table.primary_key.clone();
        table.unique.retain(|unique| unique.columns != primary_key);
        Ok(Statement::CreateTable(table))
    }

    /// The columns of a query, by names and types, and its rows.
    fn create_table_as(
        &mut self,
        create: &ast::CreateTable,
        rows: &ast::TableRows,
        lake: Option<NewLake>,
    ) -> Result<Statement> {
        let at = create.name.position;
        if !create.columns.is_empty() || !create.constraints.is_empty() {
            return Err(Error::unsupported("column definitions in CREATE TABLE … AS").at(at));
        }
        let query = self.query(&rows.query)?;
        let table = CreateTable {
            name: create.name.name.clone(),
            lake,
            columns: self.columns_of(&query, &[], at)?,
            ..CreateTable::default()
        };
        Ok(Statement::CreateTableAs {
            create: table,
            query: rows.with_data.then(|| Box::new(query)),
        })
    }

    /// The columns of a table that takes over what a query gives.
    pub(super) fn columns_of(
        &self,
        query: &Query,
        names: &[Identifier],
        at: Option<Position>,
    ) -> Result<Vec<NewColumn>> {
        if query.output.len() > COLUMNS_MAX {
            return Err(invalid(
                format!("a table has 1 to {COLUMNS_MAX} columns"),
                at,
            ));
        }
        let outputs = query.output.iter();
        let own = outputs.map(|output| (output.name.clone(), output.expr.ty));
        let own = super::from::renamed(own.collect(), names).map_err(|error| error.at(at))?;
        let mut columns = Vec::with_capacity(own.len());
        for (name, ty) in own {
            let name = Identifier { name, position: at };
            let is_it = |c: &NewColumn| c.name.eq_ignore_ascii_case(&name.name);
            if columns.iter().any(is_it) {
                return Err(named_twice(&name));
            }
            columns.push(NewColumn {
                ty: match ty {
                    SqlType::Unknown => SqlType::Text,
                    SqlType::Vector(vector) if vector.dim.is_none() => {
                        return Err(invalid(
                            format!("the dimension of column \"{}\" is not known", name.name),
                            at,
                        )
                        .hint("say it with a cast: …::VECTOR(128)"));
                    }
                    ty => ty,
                },
                name: name.name,
                limit: None,
                not_null: false,
                default: NewDefault::default(),
                sequences: ColumnSequences::default(),
                generated: None,
                collation: Collation::default(),
                counts: false,
            });
        }
        Ok(columns)
    }

    pub(super) fn is_taken(&self, name: &Identifier) -> bool {
        self.catalog.is_taken(&name.name)
    }

    /// A column beside others, without its constraints but for NOT NULL and DEFAULT.
    pub(super) fn new_column(
        &mut self,
        definition: &ColumnDefinition,
        others: &[NewColumn],
    ) -> Result<NewColumn> {
        let name = &definition.name;
        let at = name.position;
        if others
            .iter()
            .any(|c| c.name.eq_ignore_ascii_case(&name.name))
        {
            return Err(named_twice(name));
        }
        let declared = (definition.ty, definition.limit);
        let (ty, limit) = self.declared_type(definition.named.as_ref(), declared)?;
        refuse_any_dimension(ty, name)?;
        let mut seen = Seen::default();
        let mut default = None;
        let mut sequence = None;
        let mut collation = Collation::default();
        for constraint in &definition.constraints {
            match &constraint.kind {
                ColumnConstraintKind::Sequence(new) => {
                    if sequence.is_some() {
                        return Err(invalid(
                            format!("column \"{}\" has two sequences", name.name),
                            at,
                        ));
                    }
                    seen.not_null = true;
                    sequence = Some(new);
                }
                ColumnConstraintKind::Collate(name) => {
                    if ty != SqlType::Text {
                        return Err(Error::sql(
                            SqlState::DATATYPE_MISMATCH,
                            format!(
                                "column \"{}\" is {ty}, which has no collation",
                                definition.name.name
                            ),
                        )
                        .at(name.position));
                    }
                    collation = super::collation::named(name)?;
                }
                ColumnConstraintKind::Null => seen.null = true,
                ColumnConstraintKind::NotNull => seen.not_null = true,
                ColumnConstraintKind::PrimaryKey => seen.primary_key = true,
                ColumnConstraintKind::AutoIncrement if seen.primary_key => seen.counts = true,
                ColumnConstraintKind::AutoIncrement => return Err(not_counted(at)),
                ColumnConstraintKind::Unique { .. }
                | ColumnConstraintKind::References(_)
                | ColumnConstraintKind::Check(_)
                | ColumnConstraintKind::Generated(_) => {}
                ColumnConstraintKind::Default(expr) => {
                    if default.is_some() {
                        return Err(invalid(
                            format!("column \"{}\" has two DEFAULTs", name.name),
                            at,
                        ));
                    }
                    default = Some(expr);
                }
            }
        }
        if seen.null && (seen.not_null || seen.primary_key) {
            return Err(invalid(
                format!("column \"{}\" is both NULL and NOT NULL", name.name),
                at,
            ));
        }
        let mut column = NewColumn {
            name: name.name.clone(),
            ty,
            limit,
            not_null: seen.not_null,
            default: NewDefault::default(),
            sequences: ColumnSequences::default(),
            generated: None,
            collation,
            counts: false,
        };
        if let Some(expr) = default {
            column.default = self.new_default(expr, &definition_of(&column))?;
        } else if sequence.is_none()
            && matches!(generated_of(definition), Ok(None))
            && let Some(inherited) = self.inherited_default(&column)?
        {
            column.default = inherited;
        }
        if let Some(new) = sequence {
            self.number_column(new, &mut column, at)?;
        }
        if seen.counts {
            if ty != SqlType::Integer {
                return Err(not_counted(at));
            }
            if !column.default.is_null() {
                return Err(invalid(
                    format!(
                        "column \"{}\" counts by itself and takes no DEFAULT",
                        name.name
                    ),
                    at,
                ));
            }
            column.counts = true;
        }
        Ok(column)
    }

    /// Makes a column the one of a sequence: SERIAL, or IDENTITY.
    pub(super) fn number_column(
        &mut self,
        new: &SequenceColumn,
        column: &mut NewColumn,
        at: Option<Position>,
    ) -> Result<()> {
        if !column.default.is_null() {
            return Err(invalid(
                format!("column \"{}\" has a sequence and a DEFAULT", column.name),
                at,
            ));
        }
        if column.ty != SqlType::Integer {
            return Err(Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                format!(
                    "an identity column is SMALLINT, INT4 or INTEGER, and \"{}\" is {}",
                    column.name, column.ty
                ),
            )
            .at(at));
        }
        column.default = NewDefault::Sequence(NewSequence {
            options: of_column(IntegerWidth::of(column.limit), &new.options)?,
            identity: new.identity,
        });
        Ok(())
    }

    /// What a column's definition says of the table. CHECK is bound when all columns are known.
    fn column_constraints<'c>(
        &mut self,
        definition: &'c ColumnDefinition,
        no: ColumnNo,
        table: &mut CreateTable,
        checks: &mut Vec<(Option<&'c Identifier>, &'c ast::Expr)>,
    ) -> Result<()> {
        let (name, at) = (&definition.name.name, definition.name.position);
        for constraint in &definition.constraints {
            let label = constraint.name.as_ref();
            match &constraint.kind {
                ColumnConstraintKind::PrimaryKey => {
                    check_key_type(definition.ty, name, at)?;
                    set_primary_key(table, vec![no], label, at)?;
                }
                ColumnConstraintKind::Unique { nulls_distinct } => {
                    check_key_type(definition.ty, name, at)?;
                    add_unique(&mut table.unique, label, vec![no], *nulls_distinct);
                }
                ColumnConstraintKind::Check(condition) => checks.push((label, condition)),
                ColumnConstraintKind::Null
                | ColumnConstraintKind::NotNull
                | ColumnConstraintKind::Generated(_)
                | ColumnConstraintKind::Sequence(_)
                | ColumnConstraintKind::AutoIncrement
                | ColumnConstraintKind::Collate(_)
                | ColumnConstraintKind::References(_)
                | ColumnConstraintKind::Default(_) => {}
            }
        }
        Ok(())
    }

    fn table_constraint<'c>(
        &mut self,
        constraint: &'c TableConstraint,
        table: &mut CreateTable,
        checks: &mut Vec<(Option<&'c Identifier>, &'c ast::Expr)>,
    ) -> Result<()> {
        let (label, at) = (constraint.name.as_ref(), constraint.position);
        match &constraint.kind {
            TableConstraintKind::PrimaryKey(names) => {
                let columns = key_columns(&table.columns, names, at)?;
                set_primary_key(table, columns, label, at)?;
            }
            TableConstraintKind::Unique {
                columns,
                nulls_distinct,
            } => {
                let columns = key_columns(&table.columns, columns, at)?;
                add_unique(&mut table.unique, label, columns, *nulls_distinct);
            }
            TableConstraintKind::Check(condition) => checks.push((label, condition)),
            TableConstraintKind::ForeignKey(_) => {}
        }
        Ok(())
    }

    /// What a column is computed from: columns of its row that are not computed themselves.
    fn generated(
        &mut self,
        value: &ast::Expr,
        table: &str,
        (columns, definitions): (&[NewColumn], &[ColumnDefinition]),
        column: &NewColumn,
        relation: RelationNo,
    ) -> Result<Generated> {
        self.note_new_collations(columns, relation);
        let scope = Scope::of(
            ScopeRelation {
                name: table.to_owned(),
                no: relation,
                has_rowid: false,
            },
            columns.iter().map(|c| (c.name.clone(), c.ty)),
        );
        let mut bound =
            ExprBinder::new(self, &scope, Aggregation::Refused("GENERATED")).expr(value)?;
        let refused = |what: &str| Err(Error::unsupported(what).at(value.position));
        if bound.has_subquery() {
            return refused("a query in GENERATED");
        }
        if !self.parameters.names.is_empty() {
            return refused("a parameter in GENERATED");
        }
        if !bound.is_immutable() {
            return refused(
                "a function in GENERATED that gives another value each time, or in another time zone",
            );
        }
        let mut reads_computed = false;
        bound.for_each_column(&mut |id| {
            let definition = definitions.get(id.column as usize);
            let computes = |d: &ColumnDefinition| !matches!(generated_of(d), Ok(None));
            reads_computed |= definition.is_some_and(computes);
        });
        if reads_computed {
            return Err(invalid(
                format!(
                    "column \"{}\" is computed from a computed column",
                    column.name
                ),
                value.position,
            ));
        }
        if !column.default.is_null() {
            return Err(invalid(
                format!(
                    "column \"{}\" is computed and takes no DEFAULT",
                    column.name
                ),
                value.position,
            ));
        }
        self.assign(&mut bound, &definition_of(column))?;
        // The writer fits the value into the column, whatever is written down of it.
        let fits = [
            assignment_to(column.ty),
            column
                .limit
                .and_then(fit_within)
                .map(|(function, _)| function),
        ];
        while let ExprKind::Function {
            function,
            arguments,
        } = &mut bound.kind
            && fits.iter().flatten().any(|fit| function.is(fit))
        {
            let operand = arguments.swap_remove(0);
            bound = operand;
        }
        Ok(Generated::New(relation, Box::new(bound)))
    }

    /// A condition over the columns of a table.
    pub(super) fn new_check<'c>(
        &mut self,
        name: Option<&Identifier>,
        condition: &ast::Expr,
        table: &str,
        columns: impl IntoIterator<Item = &'c NewColumn>,
        relation: RelationNo,
    ) -> Result<NewCheck> {
        let columns: Vec<&NewColumn> = columns.into_iter().collect();
        self.note_new_collations(columns.iter().copied(), relation);
        let scope = Scope::of(
            ScopeRelation {
                name: table.to_owned(),
                no: relation,
                has_rowid: false,
            },
            columns.into_iter().map(|c| (c.name.clone(), c.ty)),
        );
        Ok(NewCheck {
            name: name.map(|name| name.name.clone()),
            relation,
            condition: self.kept_condition(condition, &scope, "CHECK")?,
        })
    }

    /// A condition that is kept, and means the same whenever it is asked.
    pub(super) fn kept_condition(
        &mut self,
        condition: &ast::Expr,
        scope: &Scope,
        place: &'static str,
    ) -> Result<Expr> {
        let bound = self.condition(condition, scope, place)?;
        let refused = |what: String| Err(Error::unsupported(what).at(condition.position));
        if bound.has_subquery() {
            return refused(format!("a query in {place}"));
        }
        if !self.parameters.names.is_empty() {
            return refused(format!("a parameter in {place}"));
        }
        if !bound.is_immutable() {
            return refused(format!(
                "a function in {place} that gives another value each time, or in another time zone"
            ));
        }
        Ok(bound)
    }
}

/// What a column's definition says that it is computed from.
fn generated_of(definition: &ColumnDefinition) -> Result<Option<&ast::Expr>> {
    let mut values = definition.constraints.iter().filter_map(|c| match &c.kind {
        ColumnConstraintKind::Generated(value) => Some(value),
        _ => None,
    });
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(invalid(
            format!("column \"{}\" is GENERATED twice", definition.name.name),
            definition.name.position,
        )),
    }
}

/// The foreign keys of a column's definition.
pub(super) fn references(
    definition: &ColumnDefinition,
) -> impl Iterator<Item = (Option<&Identifier>, ast::ForeignKey, Option<Position>)> {
    definition.constraints.iter().filter_map(|c| match &c.kind {
        ColumnConstraintKind::References(key) => {
            let key = ast::ForeignKey {
                columns: vec![definition.name.clone()],
                ..key.clone()
            };
            Some((c.name.as_ref(), key, c.position))
        }
        _ => None,
    })
}

/// What a column's constraints have said so far.
#[derive(Default)]
struct Seen {
    null: bool,
    not_null: bool,
    primary_key: bool,
    counts: bool,
}

/// AUTOINCREMENT stands where SQLite does not take it.
fn not_counted(at: Option<Position>) -> Error {
    Error::sql(
        SqlState::SYNTAX_ERROR,
        "AUTOINCREMENT is only allowed behind INTEGER PRIMARY KEY",
    )
    .at(at)
}

/// A column's vectors are all of one dimension.
pub(super) fn refuse_any_dimension(ty: SqlType, name: &Identifier) -> Result<()> {
    if matches!(ty, SqlType::Vector(vector) if vector.dim.is_none()) {
        return Err(invalid(
            format!("column \"{}\" is a VECTOR without a dimension", name.name),
            name.position,
        )
        .hint("write VECTOR(n)"));
    }
    Ok(())
}

/// The columns of a key.
pub(super) fn key_columns(
    of: &[NewColumn],
    names: &[Identifier],
    at: Option<Position>,
) -> Result<Vec<ColumnNo>> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let found = (0..)
            .map(ColumnNo)
            .zip(of)
            .find(|(_, column)| column.name.eq_ignore_ascii_case(&name.name));
        let Some((no, column)) = found else {
            let error = Error::sql(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{}\" of the key does not exist", name.name),
            )
            .at(name.position.or(at));
            let names = of.iter().map(|c| c.name.as_str());
            return Err(super::suggest::hint(error, &name.name, names));
        };
        if columns.contains(&no) {
            return Err(named_twice(name));
        }
        check_key_type(column.ty, &column.name, name.position.or(at))?;
        columns.push(no);
    }
    if columns.is_empty() {
        return Err(invalid("a key without columns".to_owned(), at));
    }
    Ok(columns)
}

fn set_primary_key(
    table: &mut CreateTable,
    columns: Vec<ColumnNo>,
    name: Option<&Identifier>,
    at: Option<Position>,
) -> Result<()> {
    if !table.primary_key.is_empty() {
        return Err(invalid(
            format!("table \"{}\" has two primary keys", table.name),
            at,
        ));
    }
    table.primary_key = columns;
    table.key_name = name.map(|name| name.name.clone());
    Ok(())
}

/// Adds a UNIQUE constraint, unless there is the same without a name of its own.
pub(super) fn add_unique(
    unique: &mut Vec<NewUnique>,
    name: Option<&Identifier>,
    columns: Vec<ColumnNo>,
    nulls_distinct: bool,
) {
    let new = NewUnique {
        name: name.map(|name| name.name.clone()),
        columns,
        nulls_distinct,
    };
    if !unique.contains(&new) {
        unique.push(new);
    }
}

/// Vectors have no useful order.
pub(super) fn check_key_type(ty: SqlType, name: &str, at: Option<Position>) -> Result<()> {
    match ty {
        SqlType::Vector(_) => Err(Error::unsupported(format!(
            "an ordered index on the VECTOR column \"{name}\""
        ))
        .at(at)
        .hint("CREATE INDEX … USING ann")),
        _ => Ok(()),
    }
}

/// An `INTEGER PRIMARY KEY` assigns itself: a constant serves one row, and nothing computes it.
fn check_rowid_default(table: &CreateTable, at: Option<Position>) -> Result<()> {
    let [no] = table.primary_key[..] else {
        return Ok(());
    };
    match table.columns.get(usize::from(no.0)) {
        Some(column) if column.ty == SqlType::Integer && column.generated.is_some() => {
            Err(invalid(
                format!(
                    "column \"{}\" is the row id and is not computed",
                    column.name
                ),
                at,
            ))
        }
        Some(column)
            if column.ty == SqlType::Integer
                && !matches!(
                    column.default,
                    NewDefault::Value(Value::Null)
                        | NewDefault::Computed { .. }
                        | NewDefault::Sequence(_)
                ) =>
        {
            Err(invalid(
                format!(
                    "column \"{}\" assigns itself and takes no constant DEFAULT",
                    column.name
                ),
                at,
            ))
        }
        _ => Ok(()),
    }
}

/// The name is that of a table or an index.
pub(super) fn taken(name: &Identifier) -> Error {
    Error::sql(
        SqlState::DUPLICATE_TABLE,
        format!("relation \"{}\" already exists", name.name),
    )
    .at(name.position)
}

pub(super) fn invalid(message: String, at: Option<Position>) -> Error {
    Error::sql(SqlState::INVALID_DEFINITION, message).at(at)
}
