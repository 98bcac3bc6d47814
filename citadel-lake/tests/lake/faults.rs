//! What a failing store and a dying process leave behind.

use std::sync::Arc;

use crate::support::bench::Bench;
use crate::support::fault::{Fate, Faulty};
use crate::support::{counts, definition, once, rows};
use citadel_lake::{LakeStore, LakeTable};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

/// A table with three rows, in a store in which nothing fails yet.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.table.append(&[rows(0..3)]).unwrap();
    bench
}

impl Bench {
    fn put(&self, name: &str, bytes: &'static [u8]) {
        let payload = PutPayload::from_static(bytes);
        futures::executor::block_on(self.inner.put(&Path::from(name), payload)).unwrap();
    }
}

/// The writes of one append.
fn writes_of_an_append() -> usize {
    let bench = bench();
    bench.faulty.plan(|_, _| Fate::Done);
    bench.table.append(&[rows(3..6)]).unwrap();
    bench.faulty.writes()
}

#[test]
fn a_crash_at_any_write_leaves_the_table_before_or_after() {
    let writes = writes_of_an_append();
    assert!(
        writes >= 5,
        "data, manifest, list, metadata, hint: {writes}"
    );
    for crash in 0..=writes {
        for last in [Fate::Lost, Fate::Unanswered] {
            let bench = bench();
            bench.crash_at(crash, last);
            let answer = bench.table.append(&[rows(3..6)]);
            let after = counts(&bench.afresh());
            match &answer {
                Ok(_) => assert_eq!(after, once(0..6), "write {crash} {last:?}"),
                Err(error) if error.is_unknown() => {
                    assert!(
                        after == once(0..3) || after == once(0..6),
                        "write {crash} {last:?}"
                    );
                }
                Err(_) => assert_eq!(after, once(0..3), "write {crash} {last:?}"),
            }
            // Whatever was left behind does not keep the next one from writing.
            bench.afresh().append(&[rows(6..9)]).unwrap();
            let mut expected = after;
            expected.extend(once(6..9));
            assert_eq!(counts(&bench.afresh()), expected);
        }
    }
}

#[test]
fn a_single_failure_at_any_write_is_survived_or_reported() {
    for failing in 0..writes_of_an_append() {
        for fate in [Fate::Lost, Fate::Unanswered] {
            let bench = bench();
            bench.faulty.plan(move |number, _| match number == failing {
                true => fate,
                false => Fate::Done,
            });
            let answer = bench.table.append(&[rows(3..6)]);
            let expected = match answer {
                Ok(_) => once(0..6),
                Err(error) => {
                    assert!(error.is_io() && !error.is_unknown(), "{error}");
                    once(0..3)
                }
            };
            assert_eq!(
                counts(&bench.afresh()),
                expected,
                "write {failing} {fate:?}"
            );
        }
    }
}

#[test]
fn a_commit_whose_answer_was_lost_is_recognized() {
    let bench = bench();
    bench
        .faulty
        .plan(|_, name| match name.ends_with("v3.metadata.json") {
            true => Fate::Unanswered,
            false => Fate::Done,
        });
    let appended = bench.table.append(&[rows(3..6)]).unwrap();
    assert_eq!(
        bench.table.current_snapshot().unwrap(),
        appended.snapshot_id
    );
    assert_eq!(counts(&bench.afresh()), once(0..6));
    assert_eq!(bench.afresh().snapshots().unwrap().len(), 2);
}

#[test]
fn a_create_whose_answer_was_lost_is_recognized() {
    let faulty = Faulty::over(Arc::new(InMemory::new()));
    faulty.plan(|number, _| match number {
        0 => Fate::Unanswered,
        _ => Fate::Done,
    });
    let store = LakeStore::new(faulty, "memory://x");
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    table.append(&[rows(0..3)]).unwrap();
    assert_eq!(counts(&table), once(0..3));
}

#[test]
fn a_batch_may_be_repeated_after_an_unknown_end() {
    for fate in [Fate::Lost, Fate::Unanswered] {
        let bench = bench();
        let faulty = Arc::downgrade(&bench.faulty);
        bench.faulty.plan(move |_, name| {
            if !name.ends_with("v3.metadata.json") {
                return Fate::Done;
            }
            // From the moment of the publication on, it cannot be seen whether it took place.
            faulty
                .upgrade()
                .unwrap()
                .unreadable(Some("v3.metadata.json"));
            fate
        });
        let answer = bench.table.append_idempotent("b", &[rows(3..6)]);
        assert!(answer.unwrap_err().is_unknown());
        bench.faulty.unreadable(None);
        bench.faulty.plan(|_, _| Fate::Done);
        bench.table.append_idempotent("b", &[rows(3..6)]).unwrap();
        bench
            .afresh()
            .append_idempotent("b", &[rows(3..6)])
            .unwrap();
        assert_eq!(counts(&bench.afresh()), once(0..6), "{fate:?}");
    }
}

#[test]
fn a_commit_after_which_nothing_can_be_read_is_not_reported_as_failed() {
    for unreadable in ["v2.metadata.json", "v3.metadata.json", ".metadata.json"] {
        for operation in ["append", "delete"] {
            let bench = bench();
            let faulty = Arc::downgrade(&bench.faulty);
            bench.faulty.plan(move |_, name| {
                if name.ends_with("v3.metadata.json") {
                    faulty.upgrade().unwrap().unreadable(Some(unreadable));
                }
                Fate::Done
            });
            let error = match operation {
                "append" => bench.table.append(&[rows(3..6)]).map(drop).unwrap_err(),
                _ => {
                    let one = citadel_lake::Filter::equal("id", 1);
                    bench.table.delete_where(&one).map(drop).unwrap_err()
                }
            };
            assert!(error.is_unknown(), "{unreadable}: {error}");
            // It took place, and the files that it names were not cleared away.
            let expected = match operation {
                "append" => once(0..6),
                _ => once([0, 2]),
            };
            assert_eq!(counts(&bench.afresh()), expected, "{unreadable}");
        }
    }
}

#[test]
fn a_delete_whose_answer_comes_late_keeps_its_files() {
    let bench = bench();
    let faulty = Arc::downgrade(&bench.faulty);
    bench.faulty.plan(move |_, name| {
        // The answer is lost, and for the first look the new version is not there yet; for the second it is.
        if !name.ends_with("v3.metadata.json") {
            return Fate::Done;
        }
        let looks = std::sync::atomic::AtomicUsize::new(0);
        faulty.upgrade().unwrap().plan_reads(move |name| {
            name.ends_with("v3.metadata.json")
                && looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 1
        });
        Fate::Unanswered
    });
    let one = citadel_lake::Filter::equal("id", 1);
    let answer = bench.table.delete_where(&one);
    assert!(answer.is_ok() || answer.unwrap_err().is_unknown());
    assert_eq!(counts(&bench.afresh()), once([0, 2]));
}

#[test]
fn an_append_that_failed_leaves_no_data_file() {
    let bench = bench();
    bench.faulty.plan(|_, name| match name.contains("snap-") {
        true => Fate::Lost,
        false => Fate::Done,
    });
    assert!(bench.table.append(&[rows(3..6)]).unwrap_err().is_io());
    let listed = futures::executor::block_on(async {
        use futures::TryStreamExt;
        let objects: Vec<_> = bench
            .inner
            .list(Some(&Path::from("t/data")))
            .try_collect()
            .await
            .unwrap();
        objects
    });
    assert_eq!(listed.len(), 1);
}

#[test]
fn metadata_that_cannot_be_read_is_an_error_and_never_no_table() {
    let bench = bench();
    for unreadable in ["v2.metadata.json", "metadata.json"] {
        bench.faulty.unreadable(Some(unreadable));
        let store = LakeStore::new(
            Arc::clone(&bench.faulty) as Arc<dyn ObjectStore>,
            "memory://x",
        );
        let error = LakeTable::open(&store, "t").unwrap_err();
        assert!(error.is_io() && !error.is_no_table(), "{error}");
        let error = LakeTable::create(&store, "t", definition()).unwrap_err();
        assert!(error.is_io(), "{error}");
        assert!(bench.table.append(&[rows(3..6)]).unwrap_err().is_io());
    }
    bench.faulty.unreadable(None);
    assert_eq!(counts(&bench.table), once(0..3));
    // Neither the hint nor a listing is there.
    bench.put("t/metadata/version-hint.text", b"no number");
    bench.faulty.unreadable(Some("list"));
    let store = LakeStore::new(
        Arc::clone(&bench.faulty) as Arc<dyn ObjectStore>,
        "memory://x",
    );
    assert!(LakeTable::open(&store, "t").unwrap_err().is_io());
    assert!(
        LakeTable::create(&store, "t", definition())
            .unwrap_err()
            .is_io()
    );
}

#[test]
fn half_written_metadata_is_an_error_and_no_older_version_stands_in_for_it() {
    for torn in [
        &b"{\"format-version\":2,\"table-uuid\":\""[..],
        b"",
        b"\0\0\0\0",
    ] {
        let bench = bench();
        bench.put("t/metadata/v3.metadata.json", torn);
        let store = LakeStore::new(
            Arc::clone(&bench.inner) as Arc<dyn ObjectStore>,
            "memory://x",
        );
        let error = LakeTable::open(&store, "t").unwrap_err();
        assert!(error.is_corrupt(), "{error}");
        assert!(bench.table.append(&[rows(3..6)]).unwrap_err().is_corrupt());
        assert!(bench.table.scan().read().unwrap_err().is_corrupt());
        let error = LakeTable::create(&store, "t", definition()).unwrap_err();
        assert!(
            matches!(error, citadel_lake::LakeError::TableExists { .. }),
            "{error}"
        );
    }
}

#[test]
fn the_hint_may_be_wrong_late_or_gone() {
    for hint in [
        &b"1"[..],
        b"2",
        b"99",
        b"",
        b"x",
        b"-1",
        b"18446744073709551615",
    ] {
        let bench = bench();
        bench.put("t/metadata/version-hint.text", hint);
        assert_eq!(counts(&bench.afresh()), once(0..3), "{hint:?}");
        bench.afresh().append(&[rows(3..6)]).unwrap();
        assert_eq!(counts(&bench.afresh()), once(0..6), "{hint:?}");
    }
    let bench = bench();
    futures::executor::block_on(
        bench
            .inner
            .delete(&Path::from("t/metadata/version-hint.text")),
    )
    .unwrap();
    assert_eq!(counts(&bench.afresh()), once(0..3));
    bench.faulty.unreadable(Some("version-hint"));
    assert_eq!(counts(&bench.table), once(0..3));
}

#[test]
fn a_table_of_another_catalog_is_not_taken_for_none() {
    let inner = Arc::new(InMemory::new());
    let name = Path::from("t/metadata/00001-2f6f.metadata.json");
    futures::executor::block_on(inner.put(&name, PutPayload::from_static(b"{}"))).unwrap();
    let store = LakeStore::new(inner, "memory://x");
    assert!(LakeTable::open(&store, "t").unwrap_err().is_unsupported());
    assert!(
        LakeTable::create(&store, "t", definition())
            .unwrap_err()
            .is_unsupported()
    );
    assert!(LakeTable::open(&store, "u").unwrap_err().is_no_table());
}

#[test]
fn a_missing_or_torn_file_that_the_table_names_is_corruption() {
    let bench = bench();
    let data = bench.table.files().unwrap()[0].path.clone();
    let name = Path::from(data.trim_start_matches("memory://x/"));
    let bytes = futures::executor::block_on(async {
        bench.inner.get(&name).await.unwrap().bytes().await.unwrap()
    });
    let torn = PutPayload::from(bytes.slice(..bytes.len() - 7));
    futures::executor::block_on(bench.inner.put(&name, torn)).unwrap();
    assert!(bench.table.scan().collect().is_err());
    futures::executor::block_on(bench.inner.delete(&name)).unwrap();
    let error = bench.table.scan().collect().unwrap_err();
    assert!(error.is_corrupt() && !error.is_no_table(), "{error}");
}
