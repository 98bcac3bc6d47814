//! Where the key comes from.

mod common;

use common::{Shell, raw_key};

#[test]
fn a_key_comes_from_a_file_and_its_line_end_does_not_count() {
    let shell = Shell::on_file().keyless();
    let path = shell.beside("key.txt");
    let path = path.to_str().unwrap();
    std::fs::write(path, raw_key(0x33) + "\n").unwrap();
    let made = shell
        .args(&["--key-file", path, "CREATE TABLE t (a INTEGER)"])
        .run();
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(shell.key(&raw_key(0x33)).args(&["SELECT 1"]).run().code, 0);
    assert_eq!(shell.key(&raw_key(0x34)).args(&["SELECT 1"]).run().code, 4);
}

#[cfg(unix)]
#[test]
fn a_key_comes_from_a_descriptor() {
    let shell = Shell::on_file().keyless();
    // The one descriptor that a test can hand over without unsafe code is standard input.
    let run = shell
        .stdin(&raw_key(0x35))
        .args(&["--key-fd", "0", "CREATE TABLE t (a INTEGER)"])
        .run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(shell.key(&raw_key(0x35)).args(&["SELECT 1"]).run().code, 0);
}

#[test]
fn a_passphrase_goes_through_the_derivation() {
    let shell = Shell::on_file().key("correct horse");
    assert_eq!(shell.args(&["CREATE TABLE t (a INTEGER)"]).run().code, 0);
    let inspect = shell.command("inspect").run();
    assert!(inspect.stdout.contains("argon2id"), "{}", inspect.stdout);
    assert!(!inspect.stdout.contains("horse"));
}

#[test]
fn no_key_is_a_usage_error_and_makes_no_file() {
    let shell = Shell::on_file().keyless();
    let run = shell.args(&["SELECT 1"]).run();
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--key-file"), "{}", run.stderr);
    assert!(!shell.file().exists());
    assert_eq!(Shell::memory().keyless().args(&["SELECT 1"]).run().code, 0);
}

#[test]
fn a_key_that_is_none_is_refused() {
    let shell = Shell::on_file();
    for key in ["", "hex:1234"] {
        let run = shell.key(key).args(&["SELECT 1"]).run();
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
    assert_eq!(
        shell
            .args(&["--key-file", "not-there", "SELECT 1"])
            .run()
            .code,
        2
    );
    assert!(!shell.file().exists());
}

#[test]
fn a_key_on_the_command_line_is_not_understood() {
    for option in ["--key", "--passphrase", "--password"] {
        let run = Shell::on_file()
            .keyless()
            .args(&[option, "secret", "SELECT 1"])
            .run();
        assert_eq!(run.code, 2);
    }
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::on_file();
    shell.args(&["CREATE TABLE t (a INTEGER)"]).run();
    let mode = std::fs::metadata(shell.file())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
