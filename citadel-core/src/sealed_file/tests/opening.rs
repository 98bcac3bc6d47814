//! Creating, opening, locking, growing.

use super::*;

#[test]
fn creating_in_a_storage_that_holds_anything_touches_nothing() {
    let storage = MemoryStorage::from_bytes(b"precious".to_vec());
    let error = SealedFile::create(Arc::new(storage.clone()), &key(), &small()).unwrap_err();
    assert!(matches!(error, Error::AlreadyExists { .. }));
    assert_eq!(storage.snapshot(), b"precious");
}

#[test]
fn what_cannot_be_created_leaves_no_file_behind() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.citadel");
    let storage = Arc::new(FileStorage::create(&path).unwrap());
    let error = SealedFile::create(storage, &Key::passphrase(""), &small()).unwrap_err();
    assert!(matches!(error, Error::EmptyPassphrase));
    assert!(!path.exists());
    let weak = small().kdf(Kdf::Pbkdf2Sha256 { iterations: 1 });
    let storage = Arc::new(FileStorage::create(&path).unwrap());
    assert!(
        SealedFile::create(storage, &Key::passphrase("x"), &weak)
            .unwrap_err()
            .is_misuse()
    );
    assert!(!path.exists());
}

#[test]
fn one_writer_and_any_readers() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.citadel");
    let open = |options: &OpenOptions| {
        SealedFile::open(Arc::new(FileStorage::open(&path).unwrap()), &key(), options)
    };
    let writer = SealedFile::create(
        Arc::new(FileStorage::create(&path).unwrap()),
        &key(),
        &small(),
    )
    .unwrap();
    let ptr = write(&writer, run(&writer, 0, 1), 1, 5);
    let second = open(&OpenOptions::default()).unwrap_err();
    assert!(second.is_busy(), "{second}");
    let reader = open(&OpenOptions::default().read_only(true)).unwrap();
    assert_eq!(reader.read(&ptr, PageKind::TreeNode).unwrap()[0], 5);
    let later = write(&writer, run(&writer, 9, 1), 2, 6);
    assert_eq!(
        reader.read(&later, PageKind::TreeNode).unwrap()[0],
        6,
        "a follower sees the file grow"
    );
    assert!(matches!(reader.sync(), Err(Error::ReadOnly)));
    assert!(matches!(
        reader.write_record(RecordSlot::A, b"x"),
        Err(Error::ReadOnly)
    ));
    assert!(matches!(
        reader.add_slot(&key(), &Kdf::default()),
        Err(Error::ReadOnly)
    ));
    let refused = reader.batch(Generation::new(3)).seal(
        run(&reader, 0, 1),
        PageKind::TreeNode,
        body(&reader, 1, 0),
    );
    assert!(matches!(refused, Err(Error::ReadOnly)));
    assert_eq!(reader.seals(), 0);
    drop(writer);
    open(&OpenOptions::default()).unwrap();
}

#[test]
fn growing_writes_what_later_commits_overwrite() {
    let (file, recorder, _) = recorded(&small());
    let pages_end = file.first_page().offset(3);
    file.ensure_len(pages_end).unwrap();
    let written: usize = recorder.take_writes().iter().map(|(_, len)| len).sum();
    let len = file.file_len().unwrap();
    assert!(written > 0 && len >= 24_576 + 16 * 512);
    assert_eq!(len % 512, 0);
    file.ensure_len(pages_end).unwrap();
    file.ensure_len(PageNo::new(len / 512)).unwrap();
    assert!(recorder.take().is_empty(), "there is room already");
    let far = file.first_page().offset(40_000);
    file.ensure_len(far).unwrap();
    write(&file, PageRun::single(PageNo::new(far.get() - 1)), 1, 1);
    assert!(file.file_len().unwrap() >= far.get() * 512);
    file.set_len(pages_end).unwrap();
    assert_eq!(file.file_len().unwrap(), pages_end.get() * 512);
    assert!(file.set_len(PageNo::new(3)).unwrap_err().is_misuse());
    assert!(
        file.ensure_len(PageNo::new(u64::MAX))
            .unwrap_err()
            .is_misuse()
    );
}
