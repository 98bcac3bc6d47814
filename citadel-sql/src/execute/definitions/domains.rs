//! Domains and their constraints.

use super::columns::type_columns;
use super::{qualified, text, yes_or_no};
use crate::schema::Catalog;
use crate::types::{Domain, DomainCheck, Value};

/// `information_schema.domains`
pub(super) fn domains(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |domain: &Domain| {
        let def = domain.def();
        let mut row = qualified(&def.name).to_vec();
        row.extend(type_columns(def.base, def.limit));
        row.push(def.default.as_ref().map_or(Value::Null, |sql| text(&**sql)));
        row
    };
    catalog.domains().iter().map(row).collect()
}

/// `information_schema.domain_constraints`
pub(super) fn constraints(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |domain: &Domain, check: &DomainCheck| {
        let mut row = qualified(&check.name).to_vec();
        row.extend(qualified(&domain.def().name));
        row.extend([yes_or_no(false), yes_or_no(false)]);
        row
    };
    let mut rows = Vec::new();
    for domain in catalog.domains() {
        let checks = domain.def().checks.iter();
        rows.extend(checks.map(|check| row(domain, check)));
    }
    rows
}
