//! Random transactions from a seed.

use citadel_txn::{Result, TreeId};

use super::stage::{Change, Stage};
use super::{Random, Script, Stop};

/// The scripts of this file.
pub(super) const SCRIPTS: &[(&str, Script)] = &[("random", random)];

/// Transactions of a run.
const TRANSACTIONS: usize = 26;

fn random(stage: &mut Stage<'_>) -> std::result::Result<(), Stop> {
    let large = stage.page_size() * 9;
    for _ in 0..TRANSACTIONS {
        if stage.random.one_in(8) {
            stage.reopen()?;
        }
        let mut random = stage.random.clone();
        let back = random.one_in(9);
        let script = |change: &mut Change<'_>| transact(change, &mut random, large);
        if back {
            stage.roll_back(script)?;
        } else {
            stage.commit(script)?;
        }
        stage.random = random;
    }
    Ok(())
}

fn transact(change: &mut Change<'_>, random: &mut Random, large: usize) -> Result<()> {
    let most = if random.one_in(6) { 120 } else { 12 };
    for _ in 0..=random.below(most) {
        step(change, random, large)?;
    }
    if random.one_in(4) {
        let keep = random.one_in(2);
        change.savepoint(keep, |change| {
            (0..8).try_for_each(|_| step(change, random, large))
        })?;
    }
    Ok(())
}

/// One random change.
fn step(change: &mut Change<'_>, random: &mut Random, large: usize) -> Result<()> {
    let trees = change.model.len();
    if trees == 0 || (trees < 5 && random.one_in(15)) {
        return change.create_tree([1, 1, 4][random.below(3)]).map(drop);
    }
    let nth = random.below(trees);
    let (number, entries) = change.model.iter().nth(nth).expect("below the length");
    let id = TreeId::new(*number);
    if trees > 2 && random.one_in(60) {
        return change.drop_tree(id);
    }
    let key = vec![random.below(200) as u8; 1 + random.below(20)];
    if random.one_in(3) {
        let next = entries.range(key.clone()..).next();
        let key = next.map_or(key, |(key, _)| key.clone());
        return change.remove(id, &key);
    }
    let len = match random.below(12) {
        0 => random.below(large),
        1..=3 => random.below(900.min(large)),
        _ => random.below(80),
    };
    let mut value = vec![0; len];
    random.fill(&mut value);
    change.insert(id, &key, &value)
}
