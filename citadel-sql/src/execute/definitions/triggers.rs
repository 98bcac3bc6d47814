//! Triggers.

use super::{number, qualified, text};
use crate::schema::{Catalog, TriggerDef, TriggerEvent};
use crate::types::Value;

/// `information_schema.triggers`: a row for each event of each.
pub(super) fn triggers(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |trigger: &TriggerDef, event: TriggerEvent| {
        let table = catalog.relation_of(trigger).unwrap_or_default();
        let mut row = qualified(&trigger.name).to_vec();
        row.push(text(event.name()));
        row.extend(qualified(table));
        row.extend([
            number(order(catalog, trigger, event)),
            text(&*trigger.sql),
            text(trigger.level.name()),
            text(trigger.timing.name()),
        ]);
        row
    };
    let all = catalog.triggers().iter();
    all.flat_map(|trigger| trigger.events.iter().map(|event| row(trigger, event)))
        .collect()
}

/// Its place, from 1, among those that fire with it.
fn order(catalog: &Catalog, trigger: &TriggerDef, event: TriggerEvent) -> i64 {
    let is_before = |other: &TriggerDef| {
        other.relation == trigger.relation
            && (other.timing, other.level) == (trigger.timing, trigger.level)
            && other.events.has(event)
            && other.name < trigger.name
    };
    let all = catalog.triggers().iter();
    1 + all.filter(|other| is_before(other)).count() as i64
}
