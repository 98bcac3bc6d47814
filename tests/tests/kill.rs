//! Promise: a process that is killed while it writes leaves all that was acknowledged, and nothing by half; and one that reads
//! beside it never sees otherwise. `cargo xtask kill` does the same a thousand times.

use citadel_tests::kill::Referee;

#[test]
fn a_killed_writer_leaves_what_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let referee = Referee {
        program: env!("CARGO_BIN_EXE_kill").into(),
        folder: folder.path().to_owned(),
        seed: 4,
    };
    let score = referee.run(24, |_| ());
    assert!(score.faults.is_empty(), "{}", score.faults.join("\n"));
    assert!(score.killed > 4 && score.at_change > 4, "{score}");
    assert!(score.acknowledged > 50 && score.followed > 50, "{score}");
}

#[test]
fn what_an_earlier_run_left_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("0.citadel"), "left by a fault").unwrap();
    let referee = Referee {
        program: env!("CARGO_BIN_EXE_kill").into(),
        folder: folder.path().to_owned(),
        seed: 5,
    };
    let score = referee.run(2, |_| ());
    assert!(score.faults.is_empty(), "{}", score.faults.join("\n"));
}
