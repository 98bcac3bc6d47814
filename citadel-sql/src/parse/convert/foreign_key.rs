//! FOREIGN KEY and REFERENCES.

use sqlparser::ast::{
    ConstraintCharacteristics, ConstraintReferenceMatchKind, DeferrableInitial,
    ForeignKeyConstraint, ReferentialAction,
};

use super::{Clauses, Converter};
use crate::ast::{ForeignKey, Identifier, KeyAction};
use crate::error::{Error, Position, Result};
use crate::parse::foreign_key::SetColumns;
use crate::parse::syntax_error::syntax_error;
use crate::schema::KeyTiming;

impl Converter<'_> {
    /// The next constraint of a table: the columns that its actions set were taken out of the text.
    pub(super) fn foreign_key(
        &self,
        constraint: ForeignKeyConstraint,
        at: Option<Position>,
    ) -> Result<(Option<Identifier>, ForeignKey)> {
        self.references(constraint, self.key_columns.next(), at)
    }

    pub(super) fn references(
        &self,
        constraint: ForeignKeyConstraint,
        set: Vec<SetColumns>,
        at: Option<Position>,
    ) -> Result<(Option<Identifier>, ForeignKey)> {
        let ForeignKeyConstraint {
            name,
            index_name,
            columns,
            foreign_table,
            referred_columns,
            on_delete,
            on_update,
            match_kind,
            characteristics,
        } = constraint;
        let partial = matches!(match_kind, Some(ConstraintReferenceMatchKind::Partial));
        Clauses(at).refuse(&[
            ("an index name in FOREIGN KEY", &index_name),
            ("MATCH PARTIAL", &partial),
        ])?;
        let columns_of = |on_update: bool| {
            let mut all = set.iter();
            let found = all.find(|set| set.on_update == on_update);
            found.map_or_else(Vec::new, |set| set.columns.clone())
        };
        let key = ForeignKey {
            columns: self.identifiers(columns)?,
            parent: self.name(foreign_table)?,
            parent_columns: self.identifiers(referred_columns)?,
            match_full: matches!(match_kind, Some(ConstraintReferenceMatchKind::Full)),
            on_delete: action(on_delete, columns_of(false)),
            on_update: action(on_update, columns_of(true)),
            timing: timing(characteristics, at)?,
        };
        Ok((self.constraint_name(name)?, key))
    }
}

fn action(action: Option<ReferentialAction>, columns: Vec<Identifier>) -> KeyAction {
    match action {
        None | Some(ReferentialAction::NoAction) => KeyAction::NoAction,
        Some(ReferentialAction::Restrict) => KeyAction::Restrict,
        Some(ReferentialAction::Cascade) => KeyAction::Cascade,
        Some(ReferentialAction::SetNull) => KeyAction::SetNull(columns),
        Some(ReferentialAction::SetDefault) => KeyAction::SetDefault(columns),
    }
}

fn timing(
    characteristics: Option<ConstraintCharacteristics>,
    at: Option<Position>,
) -> Result<KeyTiming> {
    let Some(ConstraintCharacteristics {
        deferrable,
        initially,
        enforced,
    }) = characteristics
    else {
        return Ok(KeyTiming::Immediate);
    };
    if enforced == Some(false) {
        return Err(Error::unsupported("NOT ENFORCED").at(at));
    }
    match (deferrable, initially) {
        (Some(false), Some(DeferrableInitial::Deferred)) => Err(syntax_error(
            "syntax error: a constraint that is INITIALLY DEFERRED must be DEFERRABLE",
            at,
        )),
        (_, Some(DeferrableInitial::Deferred)) => Ok(KeyTiming::Deferred),
        (Some(true), _) => Ok(KeyTiming::Deferrable),
        _ => Ok(KeyTiming::Immediate),
    }
}
