//! After a failure nothing more is written.

use super::*;

#[test]
fn any_failed_change_poisons_and_reads_go_on() {
    type Change = fn(&SealedFile) -> Result<()>;
    let changes: [(&str, Change); 5] = [
        ("sync", |file| file.sync()),
        ("set_len", |file| file.set_len(file.first_page().offset(50))),
        ("ensure_len", |file| {
            file.ensure_len(file.first_page().offset(500))
        }),
        ("record", |file| file.write_record(RecordSlot::B, b"body")),
        ("batch", |file| {
            let mut batch = file.batch(Generation::new(2));
            batch.seal(run(file, 5, 1), PageKind::TreeNode, body(file, 1, 2))?;
            batch.write()
        }),
    ];
    for (name, change) in changes {
        let (file, recorder, _) = recorded(&small());
        let ptr = write(&file, run(&file, 0, 1), 1, 9);
        recorder.fail_after(0);
        assert!(matches!(change(&file), Err(Error::Io { .. })), "{name}");
        assert!(file.is_poisoned(), "{name}");
        recorder.fail_after(u64::MAX);
        for (later, change) in changes {
            assert!(
                matches!(change(&file), Err(Error::Poisoned)),
                "{later} after a failed {name}"
            );
        }
        assert_eq!(file.read(&ptr, PageKind::TreeNode).unwrap()[0], 9);
        assert_eq!(file.read_uncached(&ptr, PageKind::TreeNode).unwrap()[0], 9);
    }
}
