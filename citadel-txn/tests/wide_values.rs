//! Promise: vectors of the usual dimensions waste less than a tenth of the pages of their tree, counted in the file, however
//! they came there in the order of their keys.

use std::sync::Arc;

use citadel_txn::{Database, Key, MemoryStorage, Options, PageSize, TreeOptions};

const ROWS: u64 = 1500;

/// Pages of leaves and branches.
fn pages_of(page_size: PageSize, value_len: usize, in_bulk: bool) -> u64 {
    let options = Options {
        page_size,
        ..Options::default()
    };
    let storage = Arc::new(MemoryStorage::new());
    let database = Database::create(storage, &Key::raw([1; 32]), options).unwrap();
    let mut txn = database.begin_write().unwrap();
    let options = TreeOptions::for_values(page_size, 8, value_len);
    let tree = txn.create_tree(options).unwrap();
    let value = vec![7; value_len];
    if in_bulk {
        let entries = (0..ROWS).map(|row| Ok((row.to_be_bytes(), &value)));
        txn.bulk_load(tree, entries).unwrap();
    } else {
        for row in 0..ROWS {
            txn.insert(tree, &row.to_be_bytes(), &value).unwrap();
        }
    }
    txn.commit().unwrap();
    let report = database.check().unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    assert_eq!(report.large_values, 0, "vectors lie in their leaves");
    report.pages.leaves + report.pages.branches
}

#[test]
fn vectors_waste_less_than_a_tenth_of_the_file() {
    for page_size in [4096, 8192, 16_384] {
        let page_size = PageSize::new(page_size).unwrap();
        for dimension in [384, 768, 1024, 1536] {
            for in_bulk in [false, true] {
                let value_len = dimension * size_of::<f32>();
                let used = ROWS * value_len as u64;
                let taken = pages_of(page_size, value_len, in_bulk) * page_size.bytes() as u64;
                assert!(
                    used * 10 > taken * 9,
                    "{dimension} dimensions, pages of {page_size:?}: {used} of {taken} bytes"
                );
            }
        }
    }
}
