//! The places of the nearest rows of all files.
//!
//! Files are looked at in the order in which their bounds promise near rows. Once k rows are kept, a file is left out whose bound is beyond
//! the last of them; that it cannot hold a nearer row is a matter of `data::ball`.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use citadel_vector::{PositionSet, Query, Scratch, TopK};

use super::{Hit, Search, SearchReport, project};
use crate::data::{Which, ball, open};
use crate::error::{LakeError, Result};
use crate::filter::{Filter, rows_that};
use crate::index::{Index, IndexList, pushed};
use crate::scan::{Plan, Planned, columns_of, places};
use crate::schema::VectorColumn;

/// The nearest are kept under one number: the file's place in the plan, and the row's place in the file.
const POSITION_BITS: u32 = 40;

/// A search of one snapshot.
pub(super) struct Nearest<'s> {
    pub(super) search: &'s Search,
    pub(super) plan: &'s Plan,
    pub(super) column: &'s VectorColumn,
    pub(super) field_id: i32,
    pub(super) list: &'s IndexList,
}

impl Nearest<'_> {
    /// The nearest rows, nearest first.
    pub(super) fn find(&self) -> Result<(Vec<Hit>, SearchReport)> {
        let query = Query::new(self.column.metric.measured(), &self.search.query);
        let mut top = TopK::new(self.search.k);
        let mut scratch = Scratch::new();
        let mut report = SearchReport::default();
        for (number, bound) in self.order()? {
            self.search.place.watch.check()?;
            let worst = top.bound().and_then(|worst| worst.distance);
            if bound == f64::INFINITY || worst.is_some_and(|worst| bound > f64::from(worst)) {
                report.files_pruned += 1;
                continue;
            }
            let file = &self.plan.files[number];
            let candidates = match self.index(file)? {
                Some(index) => {
                    report.files_indexed += 1;
                    let found = self.candidates(file, &index, &mut scratch)?;
                    let asked = (self.column.metric, self.search.query.as_slice());
                    Some(index.narrow(asked, self.search.k, worst, found))
                }
                None => {
                    report.files_scanned += 1;
                    None
                }
            };
            report.vectors_read += self.measure(number, candidates, &query, &mut top)?;
        }
        let hits = top.drain_sorted().filter_map(|neighbor| {
            let id = neighbor.row_id;
            Some(Hit {
                distance: neighbor.distance?,
                file: (id >> POSITION_BITS) as usize,
                position: (id & ((1 << POSITION_BITS) - 1)) as u64,
            })
        });
        Ok((hits.collect(), report))
    }

    /// The files and the least distance that each may hold, least first. Of a single file nothing is asked, as it is read anyway.
    fn order(&self) -> Result<Vec<(usize, f64)>> {
        let files = &self.plan.files;
        let mut bounds = Vec::with_capacity(files.len());
        for (number, file) in files.iter().enumerate() {
            let known = match self.list.find(&file.live, self.field_id) {
                Some(entry) if entry.ball.is_some() => entry.ball.clone(),
                _ if files.len() == 1 => None,
                _ => ball(&self.search.place, &file.live, self.field_id)?,
            };
            let (metric, query) = (self.column.metric, &self.search.query);
            let bound = known.and_then(|ball| ball.nearest(metric, query));
            bounds.push((number, bound.unwrap_or(f64::NEG_INFINITY)));
        }
        bounds.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        Ok(bounds)
    }

    /// The index of a file, if there is one that fits.
    fn index(&self, file: &Planned) -> Result<Option<Arc<Index>>> {
        let Some(entry) = self.list.find(&file.live, self.field_id) else {
            return Ok(None);
        };
        let search = self.search;
        let index = search.segments.get(&search.place, entry, &file.live)?;
        let (metric, dim) = (self.column.metric.measured(), search.query.len());
        Ok(index.filter(|index| index.fits(metric, dim)))
    }

    /// The places of rows that the index of a file takes for the nearest, live and within the filter.
    fn candidates(&self, file: &Planned, index: &Index, scratch: &mut Scratch) -> Result<Vec<u64>> {
        let allowed = self.allowed(file, index)?;
        if allowed.as_ref().is_some_and(PositionSet::is_empty) {
            return Ok(Vec::new());
        }
        let (query, k) = (&self.search.query, self.search.k);
        index.candidates(query, k, allowed.as_ref(), scratch)
    }

    /// The rows of an index that are live and satisfy the filter; `None` if all do.
    fn allowed(&self, file: &Planned, index: &Index) -> Result<Option<PositionSet>> {
        let place = &self.search.place;
        let deleted = self.plan.deleted(place, file)?;
        if self.search.filter.is_none() && deleted.positions().is_empty() {
            return Ok(None);
        }
        let (answered, left) = match &self.search.filter {
            Some(filter) => pushed(filter, index, &self.plan.arrow)?,
            None => (None, None),
        };
        let mut allowed = match &answered {
            Some(predicate) => index.matching(predicate)?,
            None => PositionSet::all(index.len()),
        };
        let gone = deleted.positions().iter().map(|position| *position as i64);
        allowed.subtract(&index.positions_of(gone));
        let Some(left) = left else {
            return Ok(Some(allowed));
        };
        let columns = columns_of(&self.plan.arrow, &left)?;
        let mapping = self.plan.name_mapping.as_deref();
        let which = match answered {
            None => Which::That(&left),
            // What is left is asked of those rows alone that the index leaves.
            Some(_) => Which::At(index.places(&allowed)),
        };
        let read = open(place, &file.live, columns, mapping, deleted, which)?;
        let mut matching = Vec::new();
        for rows in read {
            let rows = rows?;
            let mask = rows_that(&left, &rows.batch)?;
            let positions = rows.positions.iter().zip(mask.values().iter());
            matching.extend(positions.filter(|(_, is)| *is).map(|(at, _)| *at as i64));
        }
        Ok(Some(index.positions_of(matching)))
    }

    /// Offers live rows of a file by exact distances: the candidates, or all that satisfy the filter. Gives the number of vectors read.
    fn measure(
        &self,
        number: usize,
        candidates: Option<Vec<u64>>,
        query: &Query<'_>,
        top: &mut TopK,
    ) -> Result<usize> {
        let mut read = 0;
        if candidates.as_ref().is_some_and(Vec::is_empty) {
            return Ok(read);
        }
        let (search, plan) = (self.search, self.plan);
        let file = &plan.files[number];
        // Candidates have passed the filter.
        let filter = search.filter.as_ref().filter(|_| candidates.is_none());
        let mut names = vec![search.column.clone()];
        if let Some(filter) = filter {
            Filter::columns(filter, &mut names);
        }
        let columns = project(&plan.arrow, &places(&plan.arrow, names.iter())?)?;
        let deleted = plan.deleted(&search.place, file)?;
        let mapping = plan.name_mapping.as_deref();
        let (place, live) = (&search.place, &file.live);
        let which = match candidates {
            Some(candidates) => Which::At(candidates),
            None => Which::that(filter),
        };
        for rows in open(place, live, columns, mapping, deleted, which)? {
            let rows = rows?;
            read += rows.positions.len();
            let mask = match filter {
                Some(filter) => Some(rows_that(filter, &rows.batch)?),
                None => None,
            };
            let lists = rows.batch.column(0).as_list::<i32>();
            let values = lists.values().as_primitive::<Float32Type>().values();
            let offsets = lists.value_offsets();
            for (row, position) in rows.positions.iter().enumerate() {
                let is_wanted = mask.as_ref().is_none_or(|mask| mask.value(row));
                if !is_wanted || lists.is_null(row) {
                    continue;
                }
                let vector = &values[offsets[row] as usize..offsets[row + 1] as usize];
                let wrong = |what: String| Err(LakeError::corrupt(live.file.file_path(), what));
                if vector.len() != search.query.len() {
                    return wrong(format!("a vector of {} dimensions", vector.len()));
                }
                // Lists of other writers may hold nulls.
                if lists.values().is_nullable() && lists.value(row).null_count() > 0 {
                    return wrong("a vector with a null component".to_owned());
                }
                if let Some(distance) = query.distance(vector) {
                    if distance.is_nan() {
                        return wrong("a vector that is no number".to_owned());
                    }
                    top.push(Some(distance), row_id(number, *position)?);
                }
            }
        }
        Ok(read)
    }
}

fn row_id(file: usize, position: u64) -> Result<i64> {
    match position.cmp(&(1 << POSITION_BITS)) {
        Ordering::Less if file < 1 << (62 - POSITION_BITS) => {
            Ok((file as i64) << POSITION_BITS | position as i64)
        }
        _ => Err(LakeError::Unsupported(
            "a search over so many files or rows in one file".to_owned(),
        )),
    }
}
