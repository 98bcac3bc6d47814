//! What must be found out, so that the tests are known to look.

use citadel_tests::promise::crash;
use citadel_tests::sim::SimDisk;
use citadel_tests::subject::TxnSubject;

use crate::slice;

#[test]
fn a_disk_that_lies_about_sync_is_found_out() {
    let subject = TxnSubject::named("updates", 512);
    let outcome = crash::on(slice(&subject), &SimDisk::lying());
    assert!(!outcome.is_kept());
    let text = outcome.violations[0].to_string();
    assert!(
        text.contains("crash before operation") && text.contains("seed 21"),
        "{text}"
    );
}
