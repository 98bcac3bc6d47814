//! A table that is loaded in one transaction, and what is then done with it.

use super::Wanted;
use super::effort::Effort;
use super::lane::{Lane, Workshop};
use super::rounds::{Case, at_once, interleave};
use crate::Result;
use crate::report::{Report, complain};
use crate::row::{Sum, random_ids};
use crate::store::Step;

/// Of so many steps of the mixed load, one is an update.
const UPDATE_EVERY: usize = 20;

const CASES: [&str; 6] = [
    "bulk_load",
    "file_size",
    "scan_cached",
    "point_cached",
    "point_cold",
    "mixed_95_5",
];

pub(super) fn run(
    wanted: &Wanted,
    effort: &Effort,
    workshop: &Workshop,
    report: &mut Report,
) -> Result<()> {
    if !CASES.iter().any(|case| wanted.case(case)) {
        return Ok(());
    }
    let mut lanes = wanted.lanes(workshop, "loaded");
    let lanes = lanes.as_mut_slice();
    if wanted.case("bulk_load") {
        bulk_load(lanes, effort, report)?;
    } else {
        complain("loading");
        for lane in &mut *lanes {
            lane.create()?;
            load(lane, effort)?;
        }
    }
    if wanted.case("file_size") {
        file_size(lanes, effort, report)?;
    }
    if wanted.case("scan_cached") {
        scan(lanes, effort, report)?;
    }
    if wanted.case("point_cached") {
        point_cached(lanes, effort, report)?;
    }
    if wanted.case("point_cold") {
        point_cold(lanes, effort, report)?;
    }
    if wanted.case("mixed_95_5") {
        mixed(lanes, effort, report)?;
    }
    Ok(())
}

fn load(lane: &mut Lane, effort: &Effort) -> Result<()> {
    lane.session()?.insert_all(&mut (0..effort.rows as i64), 0)
}

fn bulk_load(lanes: &mut [Lane], effort: &Effort, report: &mut Report) -> Result<()> {
    let case = Case {
        name: "bulk_load",
        operations: effort.rows,
        note: "rows in one transaction, ascending",
    };
    let create = |lane: &mut Lane, _| {
        lane.create()?;
        lane.session().map(drop)
    };
    interleave(&case, lanes, effort.rounds, report, create, |lane, _| {
        load(lane, effort)
    })
}

fn file_size(lanes: &mut [Lane], effort: &Effort, report: &mut Report) -> Result<()> {
    for lane in lanes {
        let bytes = lane.closed_bytes()?;
        let params = format!("{} rows, closed; {}", effort.rows, lane.store().params());
        let name = lane.store().name();
        report.add("file_size", name, &params, "bytes", bytes as f64);
    }
    Ok(())
}

fn scan(lanes: &mut [Lane], effort: &Effort, report: &mut Report) -> Result<()> {
    let case = Case {
        name: "scan_cached",
        operations: effort.rows * effort.scans,
        note: "rows of a full scan",
    };
    let expected = Sum::of(0..effort.rows as i64);
    interleave(&case, lanes, effort.rounds, report, at_once, |lane, _| {
        let session = lane.session()?;
        (0..effort.scans).try_for_each(|_| require(session.scan()?, expected))
    })
}

fn point_cached(lanes: &mut [Lane], effort: &Effort, report: &mut Report) -> Result<()> {
    let case = Case {
        name: "point_cached",
        operations: effort.points,
        note: "reads by random id",
    };
    let ids = random_ids(effort.rows, effort.points, 1);
    let expected = Sum::of(ids.iter().copied());
    let warm = |lane: &mut Lane, round| match round {
        0 => require(lane.session()?.scan()?, Sum::of(0..effort.rows as i64)),
        _ => Ok(()),
    };
    interleave(&case, lanes, effort.rounds, report, warm, |lane, _| {
        require(lane.session()?.read_each(&ids)?, expected)
    })
}

fn point_cold(lanes: &mut [Lane], effort: &Effort, report: &mut Report) -> Result<()> {
    let ids: Vec<_> = (0..=effort.rounds as u64)
        .map(|round| random_ids(effort.rows, effort.cold_points, 100 + round))
        .collect();
    let dropped = lanes.iter_mut().try_fold(true, |all, lane| {
        Ok::<_, crate::Error>(lane.chill()? && all)
    })?;
    let case = Case {
        name: "point_cold",
        operations: effort.cold_points,
        note: if dropped {
            "reads by random id, reopened, file dropped from the system's cache"
        } else {
            "reads by random id, reopened, file in the system's cache (it cannot be dropped here)"
        },
    };
    let chill = |lane: &mut Lane, _| {
        lane.chill()?;
        lane.session().map(drop)
    };
    interleave(&case, lanes, effort.rounds, report, chill, |lane, round| {
        let ids = &ids[round];
        let read = lane.session()?.read_each(ids)?;
        require(read, Sum::of(ids.iter().copied()))
    })
}

fn mixed(lanes: &mut [Lane], effort: &Effort, report: &mut Report) -> Result<()> {
    let case = Case {
        name: "mixed_95_5",
        operations: effort.steps,
        note: "95 reads and 5 commits of an update, by random id",
    };
    let rounds: Vec<_> = (0..=effort.rounds)
        .map(|round| steps(effort, round))
        .collect();
    let reads = effort.steps - effort.steps.div_ceil(UPDATE_EVERY);
    let warm = |lane: &mut Lane, round| match round {
        0 => lane.session()?.scan().map(drop),
        _ => Ok(()),
    };
    interleave(
        &case,
        lanes,
        effort.rounds,
        report,
        warm,
        |lane, round| match lane.session()?.mix(&rounds[round])? {
            read if read == reads as u64 => Ok(()),
            read => Err(format!("{read} rows were read, not {reads}").into()),
        },
    )
}

fn steps(effort: &Effort, round: usize) -> Vec<Step> {
    let ids = random_ids(effort.rows, effort.steps, 1_000 + round as u64);
    let step = |(n, id)| match n % UPDATE_EVERY {
        0 => Step::Update(id, round as u32 + 1),
        _ => Step::Read(id),
    };
    ids.into_iter().enumerate().map(step).collect()
}

pub(super) fn require(read: Sum, expected: Sum) -> Result<()> {
    if read == expected {
        Ok(())
    } else {
        Err(format!("read {read:?}, not {expected:?}").into())
    }
}
