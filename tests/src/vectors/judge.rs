//! Whether an answer is right.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::ask::{Form, Query};
use super::measure::Measured;
use super::model::Model;

/// A row of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) id: i64,
    pub(super) distance: Option<f64>,
}

/// What is known of a right answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answer {
    /// Rows that were given and belong to the nearest, by distance.
    pub(super) hits: usize,
    /// Rows that should have been.
    pub(super) wanted: usize,
    /// Whether a walk through a graph took part.
    pub(super) walked: bool,
    /// The recall that was stated.
    pub(super) stated: f64,
}

type Matching = (i64, Option<Measured>);

/// Judges an answer; `served` where an index may have given it.
///
/// # Errors
/// What is wrong with it.
pub(super) fn judge(
    model: &Model,
    query: &Query,
    given: &[Given],
    served: bool,
) -> Result<Answer, String> {
    let matching = matching(model, query);
    each_is_right(query, &matching, given)?;
    let expected: &[Matching] = match query.form {
        Form::Nearest { limit, offset } => {
            let from = offset.min(matching.len());
            &matching[from..(from + limit).min(matching.len())]
        }
        Form::Within { .. } => &matching,
        Form::NearestWithin { limit, .. } => &matching[..limit.min(matching.len())],
    };
    let full = matches!(query.form, Form::Nearest { .. });
    if given.len() > expected.len() || (full || !served) && given.len() < expected.len() {
        return Err(format!(
            "{} rows were given in place of {}, {} match",
            given.len(),
            expected.len(),
            matching.len()
        ));
    }
    // No walk decides which rows without a distance there are.
    let lacking: Vec<i64> = given
        .iter()
        .filter(|row| row.distance.is_none())
        .map(|row| row.id)
        .collect();
    let should: Vec<i64> = expected
        .iter()
        .filter(|row| row.1.is_none())
        .map(|row| row.0)
        .collect();
    if lacking != should {
        return Err(format!(
            "rows {lacking:?} were given without a distance in place of {should:?}"
        ));
    }
    let hits = hits(expected, given);
    if hits < expected.len() && !served {
        return Err(format!(
            "an exact plan gave {hits} of the {} nearest: {given:?}",
            expected.len()
        ));
    }
    Ok(Answer {
        hits,
        wanted: expected.len(),
        walked: false,
        stated: 1.0,
    })
}

/// All rows that satisfy the query, nearest first.
fn matching(model: &Model, query: &Query) -> Vec<Matching> {
    let rows = model.rows.iter().filter(|(id, row)| {
        let own = query.condition.as_ref();
        own.is_none_or(|condition| condition.holds(**id, row))
    });
    let rows = rows.map(|(id, row)| {
        let vector = &row.vectors[query.column];
        (*id, query.operator.measure(vector, &query.target))
    });
    let mut rows: Vec<Matching> = match query.form {
        Form::Nearest { .. } => rows.collect(),
        Form::Within { radius, .. } | Form::NearestWithin { radius, .. } => rows
            .filter(|(_, measured)| measured.is_some_and(|m| m.distance < radius))
            .collect(),
    };
    let distance = |row: &Matching| row.1.map_or(f64::INFINITY, |m| m.distance);
    rows.sort_by(|a, b| {
        let nulls = a.1.is_none().cmp(&b.1.is_none());
        let distances = distance(a).total_cmp(&distance(b));
        nulls.then(distances).then(a.0.cmp(&b.0))
    });
    rows
}

/// Each row is one that matches, with its own distance, once, and in its place.
fn each_is_right(query: &Query, matching: &[Matching], given: &[Given]) -> Result<(), String> {
    let known: BTreeMap<i64, Option<Measured>> = matching.iter().copied().collect();
    let mut seen = BTreeSet::new();
    for row in given {
        let right = match (known.get(&row.id), row.distance) {
            (Some(Some(measured)), Some(distance)) => measured.is(distance),
            (Some(None), None) => true,
            _ => false,
        };
        if !right {
            let expected = known.get(&row.id);
            return Err(format!("{row:?} was given, where {expected:?} is right"));
        }
        if !seen.insert(row.id) {
            return Err(format!("row {} was given twice", row.id));
        }
    }
    let wrong = given.windows(2).find(|pair| match query.form {
        Form::Within { ordered, .. } => {
            // Without a limit the order of equal distances is nobody's promise.
            ordered && distances(&pair[0], &pair[1]) == Ordering::Greater
        }
        _ => distances(&pair[0], &pair[1]).then(pair[0].id.cmp(&pair[1].id)) != Ordering::Less,
    });
    match wrong {
        Some(pair) => Err(format!("{pair:?} are in the wrong order")),
        None => Ok(()),
    }
}

fn distances(a: &Given, b: &Given) -> Ordering {
    match (a.distance, b.distance) {
        // The two zeros are one distance.
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// How many of the given rows are as near as the farthest of those that should be there.
fn hits(expected: &[Matching], given: &[Given]) -> usize {
    let Some((_, farthest)) = expected.last() else {
        return 0;
    };
    let Some(farthest) = farthest else {
        return given.len();
    };
    let near = |row: &&Given| {
        let slack = 2.0 * farthest.slack;
        row.distance.is_some_and(|d| d <= farthest.distance + slack)
    };
    given.iter().filter(near).count()
}
