//! Promise: whatever is done to a table and its vector indexes, every answer is that of the exact plan, to the recall that is stated; index and
//! rows are a bijection, readers of older snapshots get older answers, and a crash changes nothing of it. `cargo xtask vectors` does
//! the same with a hundred thousand transactions.

use citadel_tests::vectors::Campaign;

#[test]
fn vector_indexes_are_right_through_random_transactions_and_crashes() {
    let campaign = Campaign {
        seed: 5,
        transactions: 3_000,
    };
    let tally = campaign.run(|_| ());
    assert!(tally.problems.is_empty(), "{}", tally.problems.join("\n"));
    assert!(tally.answers > 2_000 && tally.of_old > 200, "{tally}");
    assert!(tally.of_changed > 200 && tally.failed > 100, "{tally}");
    assert!(tally.crashes > 100 && tally.deaths > 10, "{tally}");
    let walked: usize = tally.walks.values().map(|found| found.answers).sum();
    assert!(walked > 20, "{tally}");
}
