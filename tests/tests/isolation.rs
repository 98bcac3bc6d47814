//! Promise: the transactions of concurrent connections look as if they had run one after the other, in an order that agrees with
//! time; a crash loses none that was promised to last. `cargo xtask isolation` does the same with a million of them.

use citadel_tests::history::{Campaign, Ending, Layer, Mode, Round};

#[test]
fn concurrent_connections_are_strictly_serializable_through_crashes() {
    let campaign = Campaign {
        seed: 7,
        transactions: 24_000,
        clients: 8,
        followers: 1,
    };
    let tally = campaign.run(|_| ());
    assert!(tally.problems.is_empty(), "{}", tally.problems.join("\n"));
    let total = tally.total();
    assert!(total.committed > 5_000 && total.aborted > 500, "{tally}");
    assert!(total.dependencies > total.committed, "{tally}");
    assert!(
        tally.histories(Ending::PowerCut) > 1 && tally.histories(Ending::Kill) > 1,
        "{tally}"
    );
}

#[test]
fn followers_beside_one_busy_writer() {
    for (layer, mode) in [
        (Layer::Txn, Mode::Full),
        (Layer::Txn, Mode::Normal),
        (Layer::Sql, Mode::Mixed),
    ] {
        let round = Round {
            seed: 3,
            layer,
            mode,
            page_size: 512,
            clients: 1,
            followers: 3,
            histories: 3,
            transactions: 1_500,
        };
        let report = round.run();
        assert!(report.problems.is_empty(), "{}", report.problems.join("\n"));
    }
}
