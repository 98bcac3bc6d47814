//! Batches write at once what lies together, and all or nothing that is wrong.

use super::*;

#[test]
fn contiguous_runs_are_written_at_once() {
    let (file, recorder, _) = recorded(&small());
    let first = file.first_page().get() * u64::from(SMALL);
    let writes = |order: &[(u64, u16)]| {
        let mut batch = file.batch(Generation::new(1));
        for (at, pages) in order {
            batch
                .seal(
                    run(&file, *at, *pages),
                    PageKind::Extent,
                    body(&file, *pages, *at as u8),
                )
                .unwrap();
        }
        batch.write().unwrap();
        let relative = recorder
            .take_writes()
            .into_iter()
            .map(|(offset, len)| ((offset - first) / 512, len / 512));
        relative.collect::<Vec<_>>()
    };
    assert_eq!(writes(&[(0, 1), (1, 2), (3, 1)]), [(0, 4)], "in order");
    assert_eq!(
        writes(&[(3, 1), (1, 2), (0, 1)]),
        [(0, 4)],
        "in another order"
    );
    assert_eq!(
        writes(&[(9, 1), (0, 1), (1, 1), (8, 1)]),
        [(0, 2), (8, 2)],
        "two stretches"
    );
    assert_eq!(writes(&[]), []);
    let many: Vec<(u64, u16)> = (0..9000).map(|at| (at, 1)).collect();
    assert_eq!(writes(&many).len(), 2, "very long stretches are cut");
}

#[test]
fn gathered_runs_end_up_where_their_pointers_say() {
    let (file, _, memory) = recorded(&small());
    let mut batch = file.batch(Generation::new(1));
    let order = [5, 2, 0, 4, 1, 3, 8];
    let ptrs = order.map(|at| {
        batch
            .seal(
                run(&file, at, 1),
                PageKind::Extent,
                body(&file, 1, at as u8),
            )
            .unwrap()
    });
    batch.write().unwrap();
    let file = reopen(memory.snapshot());
    for (at, ptr) in order.iter().zip(&ptrs) {
        assert_eq!(file.read(ptr, PageKind::Extent).unwrap()[0], *at as u8);
    }
}

#[test]
fn a_batch_refuses_what_cannot_be_and_then_writes_nothing() {
    let (file, recorder, _) = recorded(&small());
    let mut batch = file.batch(Generation::new(1));
    let mut seal = |run, body| batch.seal(run, PageKind::TreeNode, body).map(drop);
    assert!(
        seal(run(&file, 0, 1), vec![0; 511])
            .unwrap_err()
            .is_misuse(),
        "a body of another length"
    );
    assert!(
        seal(PageRun::single(PageNo::new(47)), body(&file, 1, 0))
            .unwrap_err()
            .is_misuse(),
        "in the header"
    );
    assert!(
        seal(run(&file, 0, 0), vec![]).unwrap_err().is_misuse(),
        "an empty run"
    );
    seal(run(&file, 0, 3), body(&file, 3, 0)).unwrap();
    seal(run(&file, 2, 1), body(&file, 1, 0)).unwrap();
    assert_eq!(batch.len(), 2);
    assert!(batch.write().unwrap_err().is_misuse(), "runs that overlap");
    assert!(recorder.take().is_empty());
    assert!(!file.is_poisoned());
}

#[test]
fn a_batch_that_is_dropped_leaves_no_trace() {
    let (file, recorder, _) = recorded(&small());
    let mut batch = file.batch(Generation::new(1));
    let ptr = batch
        .seal(run(&file, 0, 1), PageKind::TreeNode, body(&file, 1, 1))
        .unwrap();
    drop(batch);
    assert!(recorder.take().is_empty());
    assert!(
        file.read(&ptr, PageKind::TreeNode)
            .unwrap_err()
            .is_corrupt(),
        "nothing was cached"
    );
}

#[test]
fn sealed_on_all_cores_is_sealed_in_order_under_nonces_of_their_own() {
    let (file, _, memory) = recorded(&small());
    let pages = 2_000;
    let bodies = (0..pages).map(|at| Unsealed {
        run: run(&file, at, 1),
        kind: PageKind::TreeNode,
        body: body(&file, 1, at as u8),
    });
    let mut batch = file.batch(Generation::new(1));
    let ptrs = batch.seal_all(bodies.collect()).unwrap();
    batch.write().unwrap();
    let bytes = memory.snapshot();
    let mut nonces = std::collections::HashSet::new();
    for (at, ptr) in ptrs.iter().enumerate() {
        assert_eq!(ptr.run, run(&file, at as u64, 1));
        let end = (ptr.run.end().get() * u64::from(SMALL)) as usize;
        assert!(nonces.insert(bytes[end - 40..end - 16].to_vec()));
    }
    let file = reopen(bytes);
    for (at, ptr) in ptrs.iter().enumerate() {
        assert_eq!(file.read(ptr, PageKind::TreeNode).unwrap()[0], at as u8);
    }
}

#[test]
fn one_body_that_does_not_fit_leaves_the_batch_as_it_was() {
    let (file, recorder, _) = recorded(&small());
    let mut batch = file.batch(Generation::new(1));
    let bodies = [0u64, 1].map(|at| Unsealed {
        run: run(&file, at, 1),
        kind: PageKind::TreeNode,
        body: vec![0; 400 + at as usize],
    });
    assert!(batch.seal_all(bodies.into()).unwrap_err().is_misuse());
    assert!(batch.is_empty());
    batch.write().unwrap();
    assert!(recorder.take_writes().is_empty());
}
