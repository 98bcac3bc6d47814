//! Domains: names of types, CREATE DOMAIN, ALTER DOMAIN and DROP DOMAIN.

use super::Binder;
use super::alter_table::definition_of;
use super::bound::{
    DefinitionChange, DomainChange, NewCheck, NewColumn, NewDefault, NewDomain, Statement,
};
use super::scope::{Scope, ScopeRelation};
use super::suggest;
use crate::ast::{
    self, ColumnConstraintKind, ColumnDefinition, DropBehavior, Identifier, TableAction,
    TableConstraintKind,
};
use crate::error::{Error, Position, Result, SqlState};
use crate::schema::{ColumnSequences, DOMAIN_DEPTH_MAX};
use crate::types::{Collation, Domain, DomainDef, Limit, SqlType, literal_text};

/// What a value is called in a condition.
const VALUE: &str = "value";

impl Binder<'_> {
    /// The type that a definition or a cast names, and what it allows.
    pub(super) fn declared_type(
        &self,
        named: Option<&Identifier>,
        (ty, limit): (SqlType, Option<Limit>),
    ) -> Result<(SqlType, Option<Limit>)> {
        let domain = named.and_then(|name| self.catalog.domain(&name.name));
        let Some(domain) = domain else {
            return Ok((self.named_type(named, ty)?, limit));
        };
        let base = domain.def().base;
        let ty = match ty {
            SqlType::Array(_) => {
                let element = base.scalar().ok_or_else(|| {
                    let text = format!("an array of {}, which is {base},", domain.def().name);
                    Error::unsupported(text).at(named.and_then(|name| name.position))
                })?;
                SqlType::Array(element)
            }
            _ => base,
        };
        Ok((ty, Some(Limit::Domain(domain))))
    }

    pub(super) fn create_domain(&mut self, create: &ColumnDefinition) -> Result<Statement> {
        let name = &create.name;
        self.refuse_type_name(name)?;
        let declared = (create.ty, create.limit);
        let (base, limit) = self.declared_type(create.named.as_ref(), declared)?;
        refuse_base(base, name.position)?;
        if depth(limit) >= DOMAIN_DEPTH_MAX {
            let text = format!("more than {DOMAIN_DEPTH_MAX} domains are made of one another");
            return Err(Error::sql(SqlState::PROGRAM_LIMIT_EXCEEDED, text).at(name.position));
        }
        let mut new = NewDomain {
            def: DomainDef {
                id: 0,
                name: name.name.clone(),
                base,
                limit,
                not_null: false,
                default: None,
                checks: Vec::new(),
            },
            checks: Vec::new(),
        };
        let (mut is_null, mut has_default) = (false, false);
        for constraint in &create.constraints {
            let refused = |what: &str| {
                let error = Error::unsupported(format!("{what} of a domain"));
                Err(error.at(constraint.position.or(name.position)))
            };
            match &constraint.kind {
                ColumnConstraintKind::Null => is_null = true,
                ColumnConstraintKind::NotNull => new.def.not_null = true,
                ColumnConstraintKind::Default(_) if has_default => return refused("two DEFAULTs"),
                ColumnConstraintKind::Default(value) => {
                    has_default = true;
                    new.def.default = self.domain_default(value, &new.def)?;
                }
                ColumnConstraintKind::Check(condition) => {
                    let check = self.domain_check(constraint.name.as_ref(), condition, base)?;
                    new.checks.push(check);
                }
                ColumnConstraintKind::PrimaryKey => return refused("PRIMARY KEY"),
                ColumnConstraintKind::AutoIncrement => return refused("AUTOINCREMENT"),
                ColumnConstraintKind::Unique { .. } => return refused("UNIQUE"),
                ColumnConstraintKind::Generated(_) => return refused("GENERATED"),
                ColumnConstraintKind::References(_) => return refused("REFERENCES"),
                ColumnConstraintKind::Sequence(_) => return refused("a sequence"),
                ColumnConstraintKind::Collate(_) => return refused("COLLATE"),
            }
        }
        if is_null && new.def.not_null {
            let text = format!("domain \"{}\" is both NULL and NOT NULL", name.name);
            return Err(Error::sql(SqlState::INVALID_DEFINITION, text).at(name.position));
        }
        check_names(&new, name.position)?;
        Ok(changed(DomainChange::Create(new)))
    }

    pub(super) fn alter_domain(&mut self, alter: &ast::AlterTable) -> Result<Statement> {
        let domain = self.known_domain(&alter.name)?;
        let at = alter.name.position;
        let mut new = NewDomain {
            def: domain.def().clone(),
            checks: Vec::new(),
        };
        let def = &mut new.def;
        let is_it = |known: &str, name: &Identifier| known.eq_ignore_ascii_case(&name.name);
        for action in &alter.actions {
            match action {
                TableAction::SetDefault { value: None, .. } => def.default = None,
                TableAction::SetDefault {
                    value: Some(value), ..
                } => def.default = self.domain_default(value, def)?,
                TableAction::SetNotNull { not_null, .. } => def.not_null = *not_null,
                TableAction::AddConstraint(constraint) => match &constraint.kind {
                    TableConstraintKind::Check(condition) => {
                        let name = constraint.name.as_ref();
                        let check = self.domain_check(name, condition, def.base)?;
                        new.checks.push(check);
                    }
                    _ => return Err(Error::unsupported("this constraint of a domain").at(at)),
                },
                TableAction::DropConstraint {
                    name, if_exists, ..
                } => {
                    let before = def.checks.len();
                    def.checks.retain(|check| !is_it(&check.name, name));
                    if def.checks.len() == before && !if_exists {
                        return Err(no_constraint(name, domain));
                    }
                }
                TableAction::RenameConstraint { from, to } => {
                    let mut checks = def.checks.iter_mut();
                    let check = checks.find(|check| is_it(&check.name, from));
                    let check = check.ok_or_else(|| no_constraint(from, domain))?;
                    check.name.clone_from(&to.name);
                }
                TableAction::Rename(to) => {
                    self.refuse_type_name(to)?;
                    def.name.clone_from(&to.name);
                }
                _ => return Err(Error::unsupported("this change of a domain").at(at)),
            }
        }
        check_names(&new, at)?;
        Ok(changed(DomainChange::Alter { domain, new }))
    }

    /// Columns keep their type.
    pub(super) fn drop_domains(&self, drop: &ast::Drop) -> Result<Statement> {
        let mut domains: Vec<Domain> = Vec::with_capacity(drop.names.len());
        for name in &drop.names {
            if drop.if_exists && self.catalog.domain(&name.name).is_none() {
                continue;
            }
            let domain = self.known_domain(name)?;
            if !domains.contains(&domain) {
                domains.push(domain);
            }
        }
        let at = drop.names.first().and_then(|name| name.position);
        for domain in &domains {
            let Some(user) = self.user_of(*domain, &domains) else {
                continue;
            };
            let name = &domain.def().name;
            if drop.behavior == DropBehavior::Cascade {
                let text = "DROP DOMAIN … CASCADE of a domain that something has";
                let hint = format!("{user} has it: drop that first");
                return Err(Error::unsupported(text).at(at).hint(hint));
            }
            return Err(Error::sql(
                SqlState::DEPENDENT_OBJECTS,
                format!("cannot drop domain {name}: {user} has it"),
            )
            .at(at));
        }
        Ok(match domains.is_empty() {
            true => Statement::Nothing,
            false => changed(DomainChange::Drop(domains)),
        })
    }

    /// What has the domain, in words; but for some domains.
    fn user_of(&self, domain: Domain, except: &[Domain]) -> Option<String> {
        let is_it = |limit: Option<Limit>| limit == Some(Limit::Domain(domain));
        for table in self.catalog.tables() {
            if let Some(column) = table.columns.iter().find(|column| is_it(column.limit)) {
                let (column, table) = (&column.name, &table.name);
                return Some(format!("column \"{column}\" of table \"{table}\""));
            }
        }
        let mut others = self.catalog.domains().iter();
        let other = others.find(|other| is_it(other.def().limit) && !except.contains(other));
        other.map(|other| format!("domain {}", other.def().name))
    }

    pub(super) fn known_domain(&self, name: &Identifier) -> Result<Domain> {
        self.catalog.domain(&name.name).ok_or_else(|| {
            let error = match self.catalog.enum_type(&name.name) {
                Some(_) => Error::sql(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("\"{}\" is not a domain", name.name),
                ),
                None => Error::sql(
                    SqlState::UNDEFINED_OBJECT,
                    format!("domain \"{}\" does not exist", name.name),
                ),
            };
            let domains = self.catalog.domains().iter();
            let names = domains.map(|domain| domain.def().name.as_str());
            suggest::hint(error.at(name.position), &name.name, names)
        })
    }

    fn domain_check(
        &mut self,
        name: Option<&Identifier>,
        condition: &ast::Expr,
        base: SqlType,
    ) -> Result<NewCheck> {
        let relation = self.new_relation()?;
        let scope = Scope::of(
            ScopeRelation {
                name: String::new(),
                no: relation,
                has_rowid: false,
            },
            [(VALUE.to_owned(), base)],
        );
        Ok(NewCheck {
            name: name.map(|name| name.name.clone()),
            relation,
            condition: self.kept_condition(condition, &scope, "the CHECK of a domain")?,
        })
    }

    fn domain_default(&mut self, value: &ast::Expr, def: &DomainDef) -> Result<Option<String>> {
        let column = NewColumn {
            name: VALUE.to_owned(),
            ty: def.base,
            limit: def.limit,
            not_null: false,
            default: NewDefault::default(),
            sequences: ColumnSequences::default(),
            generated: None,
            collation: Collation::default(),
            counts: false,
        };
        match self.new_default(value, &definition_of(&column))? {
            default if default.is_null() => Ok(None),
            NewDefault::Value(value) => Ok(Some(literal_text(&value))),
            NewDefault::Computed { text, .. } if text.pieces.is_empty() => Ok(Some(text.tail)),
            _ => {
                Err(Error::unsupported("a sequence in the DEFAULT of a domain").at(value.position))
            }
        }
    }

    /// The default that a column has by its domain, where it says none itself.
    pub(super) fn inherited_default(&mut self, column: &NewColumn) -> Result<Option<NewDefault>> {
        let Some(Limit::Domain(domain)) = column.limit else {
            return Ok(None);
        };
        let Some(text) = &domain.def().default else {
            return Ok(None);
        };
        if column.ty != domain.def().base {
            return Ok(None);
        }
        let expr = super::row_expression::parse_expression(text)?;
        let default = self.new_default(&expr, &definition_of(column));
        // Places in the domain's text mean nothing in this one.
        default.map(Some).map_err(|error| error.moved_to(None))
    }
}

/// Of how many domains something is made.
fn depth(limit: Option<Limit>) -> usize {
    match limit {
        Some(Limit::Domain(domain)) => 1 + depth(domain.def().limit),
        _ => 0,
    }
}

/// What a domain can be of.
fn refuse_base(base: SqlType, at: Option<Position>) -> Result<()> {
    match base {
        SqlType::Array(_) => Err(Error::unsupported("a domain over an array").at(at)),
        SqlType::Enum(_) => Err(Error::unsupported("a domain over an ENUM type").at(at)),
        SqlType::Vector(vector) if vector.dim.is_none() => {
            let text = "a domain of VECTOR says how many dimensions".to_owned();
            Err(Error::sql(SqlState::INVALID_DEFINITION, text).at(at))
        }
        _ => Ok(()),
    }
}

/// No two constraints have one name.
fn check_names(new: &NewDomain, at: Option<Position>) -> Result<()> {
    let kept = new.def.checks.iter().map(|check| &check.name);
    let added = new.checks.iter().filter_map(|check| check.name.as_ref());
    let names: Vec<&String> = kept.chain(added).collect();
    for (place, name) in names.iter().enumerate() {
        if names[..place]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            let text = format!(
                "constraint \"{name}\" for domain {} already exists",
                new.def.name
            );
            return Err(Error::sql(SqlState::DUPLICATE_OBJECT, text).at(at));
        }
    }
    Ok(())
}

/// A table in a lake has other writers, who would not keep what a domain says.
pub(super) fn refuse_in_lake(column: &NewColumn, at: Option<Position>) -> Result<()> {
    match column.limit {
        Some(Limit::Domain(_)) => Err(Error::unsupported("a domain in a table USING iceberg")
            .at(at)
            .hint("others write the table as well, and would not keep it")),
        _ => Ok(()),
    }
}

fn no_constraint(name: &Identifier, domain: Domain) -> Error {
    Error::sql(
        SqlState::UNDEFINED_OBJECT,
        format!(
            "constraint \"{}\" of domain {} does not exist",
            name.name,
            domain.def().name
        ),
    )
    .at(name.position)
}

fn changed(change: DomainChange) -> Statement {
    Statement::ChangeDefinition(DefinitionChange::Domain(Box::new(change)))
}
