//! Tables in a lake at the shell: it says when data leaves the vault, and takes none of it into a dump.

#![cfg(feature = "lake")]

mod common;

use common::Shell;

#[test]
fn the_shell_says_that_rows_leave_the_vault() {
    let shell = Shell::on_file();
    let made = shell
        .stdin(
            "CREATE TABLE t (id INTEGER) USING iceberg WITH (location = 'lake/t');
             INSERT INTO t VALUES (1), (2);
             SELECT count(*) AS n FROM t;",
        )
        .run();
    assert_eq!(
        (made.code, made.stdout.as_str()),
        (0, "n\n2\n"),
        "{}",
        made.stderr
    );
    assert!(
        made.stderr
            .contains("rows written to \"t\" leave the vault"),
        "{}",
        made.stderr
    );
    assert!(shell.beside("lake/t/data").is_dir());

    let dump = shell.stdin(".dump\n").run();
    assert!(dump.stdout.contains("USING iceberg"), "{}", dump.stdout);
    assert!(!dump.stdout.contains("INSERT"), "{}", dump.stdout);
    let copy = Shell::memory()
        .stdin(&format!("{}SELECT count(*) AS n FROM t;", dump.stdout))
        .run();
    assert_eq!(
        (copy.code, copy.stdout.as_str()),
        (0, "n\n2\n"),
        "{}",
        copy.stderr
    );
}

#[test]
fn of_an_encrypted_table_the_shell_says_what_still_leaves() {
    let shell = Shell::on_file();
    let made = shell
        .stdin(
            "CREATE TABLE t (id INTEGER) USING iceberg WITH (location = 'lake/t', encryption = 'parquet');
             INSERT INTO t VALUES (1), (2);
             SELECT key FROM lake_key('t');",
        )
        .run();
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(
        made.stderr.contains("leave the vault encrypted"),
        "{}",
        made.stderr
    );
    assert!(made.stderr.contains("names of columns"), "{}", made.stderr);
    let key = made.stdout.lines().nth(1).unwrap().to_owned();
    assert_eq!(key.len(), 64, "{key}");

    // The dump has no key, says so, and does not make do without.
    let dump = shell.stdin(".dump\n").run();
    assert!(
        dump.stdout.contains("encryption = 'parquet'"),
        "{}",
        dump.stdout
    );
    assert!(!dump.stdout.contains(&key), "{}", dump.stdout);
    assert!(
        dump.stdout.contains("-- The key is not dumped"),
        "{}",
        dump.stdout
    );
    let copy = Shell::memory().stdin(&dump.stdout).run();
    assert_ne!(copy.code, 0);
    assert!(copy.stderr.contains("encryption_key"), "{}", copy.stderr);
    let with_key = format!("encryption = 'parquet', encryption_key = '{key}'");
    let text = dump.stdout.replace("encryption = 'parquet'", &with_key);
    let copy = Shell::memory()
        .stdin(&format!("{text}SELECT count(*) AS n FROM t;"))
        .run();
    assert_eq!(
        (copy.code, copy.stdout.as_str()),
        (0, "n\n2\n"),
        "{}",
        copy.stderr
    );
}
