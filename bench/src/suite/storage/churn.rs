//! Whether a file grows by being used: half of the rows are deleted and loaded again, ten times.

use super::effort::Effort;
use super::lane::Lane;
use super::loaded::require;
use crate::Result;
use crate::report::{Report, complain};
use crate::row::{Sum, mix};

const ROUNDS: u32 = 10;

pub(super) fn run(mut lanes: Vec<Lane>, effort: &Effort, report: &mut Report) -> Result<()> {
    complain("file_size_churned");
    let rows = effort.churn_rows as i64;
    for lane in &mut lanes {
        lane.create()?;
        lane.session()?.insert_all(&mut (0..rows), 0)?;
        let loaded = lane.closed_bytes()?;
        for round in 1..=ROUNDS {
            let half = || (0..rows).filter(move |id| is_chosen(*id, round));
            lane.session()?.delete_all(&mut half())?;
            lane.session()?.insert_all(&mut half(), 0)?;
        }
        require(lane.session()?.scan()?, Sum::of(0..rows))?;
        let churned = lane.closed_bytes()?;
        let params = format!(
            "{rows} rows, random half deleted and reloaded {ROUNDS} times; {}",
            lane.store().params()
        );
        let mut add = |metric, value| {
            report.add(
                "file_size_churned",
                lane.store().name(),
                &params,
                metric,
                value,
            );
        };
        add("bytes", churned as f64);
        add("growth", churned as f64 / loaded as f64);
    }
    Ok(())
}

fn is_chosen(id: i64, round: u32) -> bool {
    mix((id as u64) << 8 | u64::from(round)) & 1 == 0
}
