//! Histories made by hand: each anomaly is found, and what looks like one and is none is not.

use super::check;
use crate::history::anomaly::{Anomaly, CycleClass, Needs};
use crate::history::event::{History, Key, Outcome, Role, Step, Time, Transaction, Value};

const X: Key = Key(1);
const Y: Key = Key(2);

fn append(key: Key, value: u64) -> Step {
    Step::Append(key, Value(value))
}

fn list(key: Key, values: &[u64]) -> Step {
    Step::ReadList(key, values.iter().copied().map(Value).collect())
}

fn write(key: Key, value: u64) -> Step {
    Step::Write(key, Value(value))
}

fn register(key: Key, value: u64) -> Step {
    Step::ReadRegister(key, Some(Value(value)))
}

/// A client's transaction on a session of its own.
fn txn(began: u64, ended: u64, steps: Vec<Step>) -> Transaction {
    Transaction {
        session: u32::try_from(began).unwrap(),
        role: Role::Client,
        began: Time(began),
        ended: Time(ended),
        outcome: Outcome::Committed { durable: true },
        steps,
    }
}

/// All at once, so that time says nothing.
fn together(all: Vec<Vec<Step>>) -> History {
    let transactions = all
        .into_iter()
        .enumerate()
        .map(|(at, steps)| txn(1 + at as u64, 100 + at as u64, steps))
        .collect();
    History { transactions }
}

fn anomalies(history: &History) -> Vec<Anomaly> {
    check(history).anomalies
}

#[track_caller]
fn is_clean(history: &History) {
    let found = anomalies(history);
    assert!(found.is_empty(), "{found:?}");
}

#[track_caller]
fn has_cycle(history: &History, class: CycleClass, needs: Needs) {
    let found = anomalies(history);
    let is_it = |anomaly: &Anomaly| match anomaly {
        Anomaly::Cycle(cycle) => (cycle.class, cycle.needs) == (class, needs),
        _ => false,
    };
    assert!(found.iter().any(is_it), "{found:?}");
    for anomaly in &found {
        if let Anomaly::Cycle(cycle) = anomaly {
            let next = cycle.links.iter().cycle().skip(1);
            assert!(cycle.links.iter().zip(next).all(|(a, b)| a.to == b.from));
        }
    }
}

#[track_caller]
fn has(history: &History, wanted: impl Fn(&Anomaly) -> bool) {
    let found = anomalies(history);
    assert!(found.iter().any(wanted), "{found:?}");
}

#[test]
fn a_serial_history_is_clean() {
    let transactions = vec![
        txn(1, 2, vec![append(X, 1), append(Y, 2), write(Key(9), 3)]),
        txn(
            3,
            4,
            vec![list(X, &[1]), append(X, 4), list(X, &[1, 4]), append(X, 5)],
        ),
        txn(
            5,
            6,
            vec![register(Key(9), 3), write(Key(9), 6), register(Key(9), 6)],
        ),
        txn(
            7,
            8,
            vec![list(X, &[1, 4, 5]), list(Y, &[2]), register(Key(9), 6)],
        ),
    ];
    let verdict = check(&History { transactions });
    assert!(verdict.anomalies.is_empty(), "{:?}", verdict.anomalies);
    assert_eq!(verdict.counts.committed, 4);
    assert!(verdict.counts.dependencies >= 5 && verdict.counts.orders >= 4);
}

#[test]
fn a_snapshot_that_moves() {
    for steps in [
        vec![list(X, &[]), list(X, &[1])],
        vec![append(X, 9), list(X, &[])],
        vec![list(X, &[1]), append(X, 9), list(X, &[1])],
        vec![write(Y, 9), register(Y, 2)],
        vec![register(Y, 2), register(Y, 3)],
    ] {
        let history = together(vec![
            vec![append(X, 1), write(Y, 2)],
            vec![write(Y, 3)],
            steps,
        ]);
        has(&history, |found| {
            matches!(found, Anomaly::Internal { transaction: 2, .. })
        });
    }
}

#[test]
fn g0_writes_interleave() {
    let history = together(vec![
        vec![append(X, 1), append(Y, 2)],
        vec![append(X, 3), append(Y, 4)],
        vec![list(X, &[1, 3]), list(Y, &[4, 2])],
    ]);
    has_cycle(&history, CycleClass::G0, Needs::Nothing);
}

#[test]
fn g1a_an_aborted_write_is_read() {
    let mut history = together(vec![vec![append(X, 1), write(Y, 2)], vec![list(X, &[1])]]);
    history.transactions[0].outcome = Outcome::Aborted;
    has(&history, |found| {
        matches!(
            found,
            Anomaly::AbortedRead {
                writer: 0,
                reader: 1,
                ..
            }
        )
    });
    history.transactions[1].steps = vec![register(Y, 2)];
    has(&history, |found| {
        matches!(
            found,
            Anomaly::AbortedRead {
                writer: 0,
                reader: 1,
                ..
            }
        )
    });
}

#[test]
fn g1b_an_intermediate_write_is_read() {
    let history = together(vec![
        vec![append(X, 1), append(X, 2)],
        vec![list(X, &[1])],
        vec![list(X, &[1, 2])],
    ]);
    has(&history, |found| {
        matches!(
            found,
            Anomaly::IntermediateRead {
                writer: 0,
                reader: 1,
                ..
            }
        )
    });
    let history = together(vec![vec![write(Y, 1), write(Y, 2)], vec![register(Y, 1)]]);
    has(&history, |found| {
        matches!(
            found,
            Anomaly::IntermediateRead {
                writer: 0,
                reader: 1,
                ..
            }
        )
    });
}

#[test]
fn g1c_each_reads_the_other() {
    let history = together(vec![
        vec![append(X, 1), list(Y, &[2])],
        vec![append(Y, 2), list(X, &[1])],
    ]);
    has_cycle(&history, CycleClass::G1c, Needs::Nothing);
    let history = together(vec![
        vec![write(X, 1), register(Y, 2)],
        vec![write(Y, 2), register(X, 1)],
    ]);
    has_cycle(&history, CycleClass::G1c, Needs::Nothing);
}

#[test]
fn g_single_half_of_a_transaction_is_seen() {
    let history = together(vec![
        vec![append(X, 1), append(Y, 2)],
        vec![list(X, &[1]), list(Y, &[])],
        vec![list(Y, &[2])],
    ]);
    has_cycle(&history, CycleClass::GSingle, Needs::Nothing);
    let history = together(vec![
        vec![write(X, 1), write(Y, 2)],
        vec![register(X, 1), write(X, 3), register(Y, 2), write(Y, 4)],
        vec![register(X, 3), register(Y, 2)],
    ]);
    has_cycle(&history, CycleClass::GSingle, Needs::Nothing);
}

#[test]
fn g2_write_skew() {
    let history = together(vec![
        vec![list(X, &[]), append(Y, 1)],
        vec![list(Y, &[]), append(X, 2)],
        vec![list(X, &[2]), list(Y, &[1])],
    ]);
    has_cycle(&history, CycleClass::G2, Needs::Nothing);
}

#[test]
fn a_lost_update_of_a_list_or_a_register() {
    let lists = together(vec![
        vec![list(X, &[]), append(X, 1)],
        vec![list(X, &[]), append(X, 2)],
        vec![list(X, &[1, 2])],
    ]);
    has(&lists, |found| {
        matches!(found, Anomaly::LostUpdate { key: X, .. })
    });
    // The first one's append is gone: nobody ever sees it.
    let gone = together(vec![
        vec![list(X, &[]), append(X, 1)],
        vec![list(X, &[]), append(X, 2)],
        vec![list(X, &[2])],
    ]);
    has(&gone, |found| {
        matches!(found, Anomaly::LostUpdate { .. } | Anomaly::Cycle(_))
    });
    let registers = together(vec![
        vec![write(X, 1)],
        vec![register(X, 1), write(X, 2)],
        vec![register(X, 1), write(X, 3)],
    ]);
    has(&registers, |found| {
        matches!(found, Anomaly::LostUpdate { key: X, .. })
    });
}

#[test]
fn garbage_duplicates_and_incompatible_orders() {
    has(&together(vec![vec![list(X, &[7])]]), |found| {
        matches!(
            found,
            Anomaly::Garbage {
                value: Value(7),
                ..
            }
        )
    });
    has(&together(vec![vec![register(X, 7)]]), |found| {
        matches!(
            found,
            Anomaly::Garbage {
                value: Value(7),
                ..
            }
        )
    });
    // A value of another list is as wrong as one of nobody.
    has(
        &together(vec![vec![append(Y, 7)], vec![list(X, &[7])]]),
        |found| matches!(found, Anomaly::Garbage { .. }),
    );
    has(
        &together(vec![vec![append(X, 1)], vec![list(X, &[1, 1])]]),
        |found| matches!(found, Anomaly::Duplicate { .. }),
    );
    let history = together(vec![
        vec![append(X, 1)],
        vec![append(X, 2)],
        vec![list(X, &[1, 2])],
        vec![list(X, &[2])],
    ]);
    has(&history, |found| {
        matches!(found, Anomaly::Incompatible { key: X, .. })
    });
}

#[test]
fn a_stale_read_is_serial_and_not_strictly_so() {
    let mut history = History {
        transactions: vec![
            txn(1, 2, vec![append(X, 1)]),
            txn(3, 4, vec![list(X, &[])]),
            txn(5, 6, vec![list(X, &[1])]),
        ],
    };
    has_cycle(&history, CycleClass::GSingle, Needs::Time);
    history.transactions[1].session = 1;
    has_cycle(&history, CycleClass::GSingle, Needs::Session);
    // Overlapping, it is neither.
    history.transactions[1].session = 9;
    history.transactions[1].began = Time(0);
    is_clean(&history);
}

#[test]
fn a_stale_read_of_a_register_is_found_by_time_alone() {
    let history = History {
        transactions: vec![
            txn(1, 2, vec![write(X, 1)]),
            txn(3, 4, vec![write(X, 2)]),
            txn(5, 6, vec![register(X, 1)]),
        ],
    };
    has_cycle(&history, CycleClass::GSingle, Needs::Time);
}

#[test]
fn time_reaches_over_many_transactions() {
    let mut transactions = vec![txn(1, 2, vec![append(X, 1)])];
    transactions.extend((0..50).map(|at| txn(10 + 2 * at, 11 + 2 * at, vec![append(Y, 100 + at)])));
    transactions.push(txn(500, 501, vec![list(X, &[])]));
    transactions.push(txn(502, 503, vec![list(X, &[1])]));
    has_cycle(&History { transactions }, CycleClass::GSingle, Needs::Time);
}

#[test]
fn a_follower_may_see_early_and_never_late() {
    let follower = |began, ended, steps| Transaction {
        session: 77,
        role: Role::Follower,
        ..txn(began, ended, steps)
    };
    // It sees what is not acknowledged yet, and a client after it does not.
    let early = History {
        transactions: vec![
            txn(1, 20, vec![append(X, 1)]),
            follower(2, 3, vec![list(X, &[1])]),
            txn(4, 5, vec![list(X, &[])]),
        ],
    };
    is_clean(&early);
    let back = History {
        transactions: vec![
            txn(1, 20, vec![append(X, 1)]),
            follower(2, 3, vec![list(X, &[1])]),
            follower(4, 5, vec![list(X, &[])]),
        ],
    };
    has_cycle(&back, CycleClass::GSingle, Needs::Session);
    let late = History {
        transactions: vec![
            txn(1, 2, vec![append(X, 1)]),
            follower(4, 5, vec![list(X, &[])]),
            txn(6, 7, vec![list(X, &[1])]),
        ],
    };
    has_cycle(&late, CycleClass::GSingle, Needs::Time);
}

fn recovery(steps: Vec<Step>) -> Transaction {
    Transaction {
        role: Role::Recovery,
        ..txn(1000, 1001, steps)
    }
}

#[test]
fn recovery_loses_nothing_durable() {
    let mut history = History {
        transactions: vec![
            txn(1, 2, vec![append(X, 1)]),
            txn(3, 4, vec![append(X, 2)]),
            recovery(vec![list(X, &[1])]),
        ],
    };
    has(&history, |found| {
        matches!(
            found,
            Anomaly::LostWrite {
                writer: 1,
                value: Value(2),
                ..
            }
        )
    });
    has_cycle(&history, CycleClass::GSingle, Needs::Time);
    // Not promised, it may be lost, whatever a client has read of it.
    history.transactions[1].outcome = Outcome::Committed { durable: false };
    is_clean(&history);
    history.transactions[1].outcome = Outcome::Unknown;
    history.transactions[1].ended = Time::NEVER;
    is_clean(&history);
}

#[test]
fn recovery_loses_from_the_end_only() {
    let lost = |step| Transaction {
        outcome: Outcome::Committed { durable: false },
        ..step
    };
    let transactions = vec![
        lost(txn(1, 2, vec![append(X, 1)])),
        lost(txn(3, 4, vec![append(Y, 2)])),
        recovery(vec![list(X, &[]), list(Y, &[2])]),
    ];
    has_cycle(&History { transactions }, CycleClass::GSingle, Needs::Time);
}

#[test]
fn what_depends_on_a_lost_commit_must_not_be_acknowledged_as_durable() {
    let mut first = txn(1, 2, vec![append(X, 1)]);
    first.outcome = Outcome::Unknown;
    first.ended = Time::NEVER;
    let transactions = vec![
        first,
        txn(3, 4, vec![list(X, &[1])]),
        recovery(vec![list(X, &[])]),
    ];
    has_cycle(&History { transactions }, CycleClass::GSingle, Needs::Time);
}

#[test]
fn an_unanswered_transaction_may_have_happened_or_not() {
    let mut history = together(vec![
        vec![append(X, 1), append(Y, 2)],
        vec![list(X, &[1]), list(Y, &[2])],
    ]);
    history.transactions[0].outcome = Outcome::Unknown;
    let verdict = check(&history);
    assert!(verdict.anomalies.is_empty(), "{:?}", verdict.anomalies);
    assert_eq!(verdict.counts.unknown_seen, 1);
    history.transactions[1].steps = vec![list(X, &[]), list(Y, &[])];
    is_clean(&history);
    // But not by half.
    history.transactions[1].steps = vec![list(X, &[1]), list(Y, &[])];
    has_cycle(&history, CycleClass::GSingle, Needs::Nothing);
}

#[test]
fn the_initial_state_comes_first() {
    let initial = Transaction {
        role: Role::Initial,
        began: Time::START,
        ended: Time::START,
        ..txn(0, 0, vec![append(X, 1), append(X, 2), write(Y, 3)])
    };
    let transactions = vec![
        initial.clone(),
        txn(1, 2, vec![list(X, &[1, 2]), register(Y, 3), write(Y, 4)]),
        txn(3, 4, vec![list(X, &[1, 2]), register(Y, 4)]),
    ];
    is_clean(&History { transactions });
    let transactions = vec![
        initial,
        txn(1, 2, vec![list(X, &[])]),
        txn(3, 4, vec![list(X, &[1, 2])]),
    ];
    has_cycle(&History { transactions }, CycleClass::GSingle, Needs::Time);
}
