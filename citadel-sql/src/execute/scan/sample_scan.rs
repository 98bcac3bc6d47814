//! A part of a table, taken by chance: TABLESAMPLE.
//!
//! BERNOULLI reads the whole table and takes each row by itself; SYSTEM takes or leaves what lies in one leaf, and reads
//! nothing of what it leaves. What chance decides is a hash of the row id, or of the first one of the leaf, with a seed:
//! so a row that was taken is taken again by an equal seed, whatever becomes of other rows.

use std::collections::VecDeque;

use super::TableRows;
use crate::batch::{BATCH_ROWS, Batch, Column, ColumnData};
use crate::bind::bound::{SampleMethod, TableSample};
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::expression::constant;
use crate::plan::SampleScan;
use crate::schema::TableDef;
use crate::store::{Direction, RowIdRange, TableScan};
use crate::types::{SqlType, Value};

/// More parts than a table has leaves.
const ALL_LEAVES: usize = usize::MAX / 16;

pub(in crate::execute) struct SampleScanOp {
    table: std::sync::Arc<TableDef>,
    method: SampleMethod,
    chance: Chance,
    rows: TableRows,
    /// Of the whole table, never begun.
    whole: TableScan,
    /// Of the part that is read now.
    scan: TableScan,
    /// Leaves that were taken, once they are known.
    ranges: Option<VecDeque<RowIdRange>>,
    ids: Column,
}

/// Takes so many of all, by a seed.
#[derive(Clone, Copy, Debug)]
struct Chance {
    share: f64,
    seed: u64,
}

impl Chance {
    fn takes(self, id: i64) -> bool {
        // The finalizer of SplitMix64 (Steele, Lea and Flood 2014), twice, so that near ids and near seeds have nothing to
        // do with each other.
        let mixed = mix(mix(self.seed) ^ id as u64);
        (mixed >> 11) as f64 / ((1_u64 << 53) as f64) < self.share
    }
}

fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl SampleScanOp {
    pub(in crate::execute) fn new(plan: &SampleScan, params: &[Value]) -> Result<Self> {
        let rows = TableRows::new(&plan.source, params)?;
        let sample = &plan.sample;
        let at = sample.percentage.position;
        let value = constant(&sample.percentage, params)?;
        let share = match TableSample::number(&value) {
            Some(percentage) if (0.0..=100.0).contains(&percentage) => percentage / 100.0,
            Some(_) => {
                let text = "the percentage of TABLESAMPLE is not between 0 and 100";
                return Err(refused(SqlState::INVALID_SAMPLE_ARGUMENT, text).at(at));
            }
            None => {
                let text = "the percentage of TABLESAMPLE is NULL";
                return Err(refused(SqlState::INVALID_SAMPLE_ARGUMENT, text).at(at));
            }
        };
        let seed = match &sample.seed {
            None => uuid::Uuid::new_v4().as_u64_pair().0,
            Some(seed) => match TableSample::number(&constant(seed, params)?) {
                // −0 is 0.
                Some(number) => (number + 0.0).to_bits(),
                None => {
                    let text = "the seed of REPEATABLE is NULL";
                    return Err(refused(SqlState::INVALID_SAMPLE_REPEAT, text).at(seed.position));
                }
            },
        };
        let whole = TableScan::new(
            &plan.source.table,
            rows.stored(),
            RowIdRange::ALL,
            Direction::Forward,
        );
        Ok(Self {
            scan: whole.part(RowIdRange::NONE),
            whole,
            table: plan.source.table.clone(),
            method: sample.method,
            chance: Chance { share, seed },
            rows,
            ranges: None,
            ids: Column::new(SqlType::Integer, BATCH_ROWS),
        })
    }

    /// Goes to the next leaf that is taken. False: there is none.
    fn next_range(&mut self, context: &ExecContext<'_>) -> Result<bool> {
        if self.ranges.is_none() {
            let ranges = match self.method {
                SampleMethod::Bernoulli if self.chance.share > 0.0 => vec![RowIdRange::ALL],
                SampleMethod::Bernoulli => Vec::new(),
                SampleMethod::System => {
                    let leaves = RowIdRange::split(context.view(), self.table.rows, ALL_LEAVES)?;
                    let taken = leaves.into_iter();
                    taken.filter(|leaf| self.chance.takes(leaf.first)).collect()
                }
            };
            self.ranges = Some(ranges.into());
        }
        let next = self.ranges.as_mut().and_then(VecDeque::pop_front);
        if let Some(range) = next {
            self.scan = self.whole.part(range);
        }
        Ok(next.is_some())
    }

    /// Keeps the rows at hand that are taken. False: none is.
    fn take(&mut self, out: &mut Batch) -> bool {
        let ColumnData::Integer(ids) = self.ids.data() else {
            return false;
        };
        if self.method == SampleMethod::System {
            return true;
        }
        let chance = self.chance;
        let rows = (0u32..).zip(ids);
        let taken: Vec<u32> = rows
            .filter(|(_, id)| chance.takes(**id))
            .map(|(row, _)| row)
            .collect();
        self.rows.keep(out, &taken);
        !taken.is_empty()
    }
}

fn refused(state: SqlState, text: &str) -> Error {
    Error::sql(state, text)
}

impl Operator for SampleScanOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        if self.ranges.is_none() && !self.next_range(context)? {
            return Ok(false);
        }
        loop {
            context.check_interrupt()?;
            self.ids.clear();
            let (scan, ids) = (&mut self.scan, &mut self.ids);
            let read = self.rows.fill(out, |row_ids, columns| {
                let read = scan.next(context.view(), Some(&mut *ids), columns, BATCH_ROWS)?;
                if let Some(row_ids) = row_ids {
                    row_ids.append(ids)?;
                }
                Ok(read)
            })?;
            if read == 0 {
                if self.next_range(context)? {
                    continue;
                }
                return Ok(false);
            }
            if self.take(out) && self.rows.finish(context.view(), out)? {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_takes_its_share_and_the_same_again() {
        for share in [0.0, 0.01, 0.3, 1.0] {
            let chance = Chance { share, seed: 7 };
            let taken = (0..100_000).filter(|id| chance.takes(*id)).count() as f64;
            assert!((taken / 1e5 - share).abs() < 0.005, "{share}: {taken}");
        }
        let all = |seed| {
            let chance = Chance { share: 0.5, seed };
            (0..1000)
                .filter(|id| chance.takes(*id))
                .collect::<Vec<i64>>()
        };
        assert_eq!(all(1), all(1));
        let both = all(1).iter().filter(|id| all(2).contains(id)).count();
        assert!((200..300).contains(&both), "{both}");
    }
}
