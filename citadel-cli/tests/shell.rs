//! The built shell as a script sees it: what it prints where, and how it ends.

mod common;

use common::{Shell, raw_key};

#[test]
fn results_go_to_stdout_and_the_first_error_stops_with_1() {
    let run = Shell::memory()
        .stdin("SELECT 1 AS a;\nSELECT nope;\nSELECT 2 AS b;\n")
        .run();
    assert_eq!((run.code, run.stdout.as_str()), (1, "a\n1\n"));
    assert!(
        run.stderr.contains("error 42703") && run.stderr.contains("nope"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("2 | SELECT nope;"), "{}", run.stderr);
}

#[test]
fn an_argument_runs_like_a_script() {
    let run = Shell::memory()
        .args(&["SELECT 1 AS a; SELECT 2 AS b"])
        .run();
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "a\n1\nb\n2\n", "")
    );
    let run = Shell::memory()
        .args(&["-c", "SELECT 1 AS a", "-c", "SELECT 2 AS b"])
        .run();
    assert_eq!(run.stdout, "a\n1\nb\n2\n");
}

#[test]
fn usage_is_2() {
    assert_eq!(
        Shell::new()
            .args(&["--no-such-option", ":memory:"])
            .run()
            .code,
        2
    );
    assert_eq!(Shell::new().run().code, 2);
    assert_eq!(Shell::memory().stdin(".nothing\n").run().code, 2);
}

#[test]
fn a_transaction_left_open_is_an_error() {
    let run = Shell::memory()
        .args(&["BEGIN; CREATE TABLE t (a INTEGER)"])
        .run();
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("rolled back"), "{}", run.stderr);
}

#[test]
fn exit_codes_can_be_chosen() {
    let run = Shell::memory()
        .stdin("SELECT 1 AS a;\n.exit 7\nSELECT 2;")
        .run();
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (7, "a\n1\n", "")
    );
    assert_eq!(Shell::memory().stdin(".quit\nSELECT nope;").run().code, 0);
}

#[test]
fn a_database_keeps_what_was_written() {
    let shell = Shell::on_file();
    let made = shell
        .args(&["CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)"])
        .run();
    assert_eq!(
        (made.code, made.stdout.as_str(), made.stderr.as_str()),
        (0, "", "")
    );
    let read = shell.args(&["--json", "SELECT SUM(a) AS s FROM t"]).run();
    assert_eq!(read.stdout, "[{\"s\":3}]\n");
    let check = shell.command("check").run();
    assert_eq!(check.code, 0);
    assert!(check.stdout.starts_with("ok: "), "{}", check.stdout);
    let inspect = shell.command("inspect").run();
    assert!(inspect.stdout.contains("superblock"), "{}", inspect.stdout);
}

#[test]
fn a_missing_file_is_not_made_where_that_is_not_wanted() {
    for option in ["--readonly", "--must-exist"] {
        let shell = Shell::on_file();
        let run = shell.args(&[option, "SELECT 1"]).run();
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(!shell.file().exists());
    }
}

#[test]
fn read_only_does_not_write() {
    let shell = Shell::on_file();
    shell.args(&["CREATE TABLE t (a INTEGER)"]).run();
    let run = shell
        .args(&[
            "--readonly",
            "SELECT COUNT(*) AS n FROM t; INSERT INTO t VALUES (1)",
        ])
        .run();
    assert_eq!((run.code, run.stdout.as_str()), (1, "n\n0\n"));
}

#[test]
fn a_file_in_use_is_3_and_a_foreign_or_damaged_one_is_told_apart() {
    let shell = Shell::on_file();
    shell.args(&["CREATE TABLE t (a INTEGER)"]).run();
    let key = citadel_sql::Key::raw([0x11; 32]);
    let writer = citadel_sql::Connection::open(shell.file(), key).unwrap();
    let run = shell.args(&["SELECT 1"]).run();
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("locked"), "{}", run.stderr);
    drop(writer);

    std::fs::write(shell.file(), vec![b'x'; 50_000]).unwrap();
    let run = shell.args(&["SELECT 1"]).run();
    assert_eq!(run.code, 3);
    assert!(
        run.stderr.contains("not a Citadel database"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_damaged_page_is_4() {
    let shell = Shell::on_file();
    shell
        .args(&["CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)"])
        .run();
    let mut bytes = std::fs::read(shell.file()).unwrap();
    // Everything behind the superblock: commit records and pages.
    bytes[8192..].iter_mut().for_each(|byte| *byte ^= 0x40);
    std::fs::write(shell.file(), bytes).unwrap();
    let run = shell.args(&["SELECT * FROM t"]).run();
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    assert!(run.stderr.contains("citadel salvage"), "{}", run.stderr);
}

#[test]
fn errors_are_json_where_results_are() {
    let run = Shell::memory().args(&["--json", "SELECT\n  nope"]).run();
    assert_eq!(run.code, 1);
    for part in [
        "\"sqlstate\":\"42703\"",
        "\"line\":2",
        "\"column\":3",
        "\"statement\":\"SELECT\\n  nope\"",
    ] {
        assert!(run.stderr.contains(part), "{part} is not in {}", run.stderr);
    }
    assert_eq!(run.stderr.lines().count(), 1);
}

#[test]
fn dot_commands_work_in_scripts() {
    let script = "CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT);\nCREATE INDEX by_name ON pets (name);\n\
                  .tables\n.schema\n.indexes pets\n.mode list\n.headers off\nSELECT 1, 'x';\n.print done\n";
    let run = Shell::memory().stdin(script).run();
    let expected = "pets\nCREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT);\n\
                    CREATE INDEX by_name ON pets (name);\nby_name ON pets (name) btree\n1|x\ndone\n";
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, expected),
        "{}",
        run.stderr
    );
}

#[test]
fn results_can_go_to_a_file_and_scripts_can_read_scripts() {
    let shell = Shell::on_file();
    let script = shell.beside("inner.sql");
    let output = shell.beside("out.csv");
    std::fs::write(&script, "SELECT 42 AS answer;\n").unwrap();
    let outer = format!(
        ".output '{}'\n.read '{}'\n.output stdout\nSELECT 1 AS a;\n",
        output.display(),
        script.display()
    );
    let run = shell.stdin(&outer).run();
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "a\n1\n"),
        "{}",
        run.stderr
    );
    assert_eq!(std::fs::read_to_string(output).unwrap(), "answer\n42\n");
    std::fs::write(&script, format!(".read '{}'\n", script.display())).unwrap();
    assert_eq!(
        shell
            .stdin(&format!(".read '{}'\n", script.display()))
            .run()
            .code,
        2
    );
}

#[test]
fn the_timer_speaks_on_stderr_alone() {
    let run = Shell::memory().args(&["--timer", "SELECT 1 AS a"]).run();
    assert_eq!(run.stdout, "a\n1\n");
    assert!(run.stderr.ends_with(" ms\n"), "{}", run.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error_message() {
    let sql = "SELECT 'a long enough line to fill a pipe';".repeat(5_000);
    let run = Shell::memory().stdin(&sql).closed_stdout();
    assert_eq!((run.code, run.stderr.as_str()), (141, ""));
}

#[test]
fn a_raw_key_and_a_passphrase_are_different_keys() {
    let shell = Shell::on_file();
    shell.args(&["CREATE TABLE t (a INTEGER)"]).run();
    let wrong = shell.key(&raw_key(0x22)).args(&["SELECT 1"]).run();
    assert_eq!(wrong.code, 4);
    assert!(wrong.stderr.contains("wrong key"), "{}", wrong.stderr);
    assert_eq!(shell.args(&["SELECT 1"]).run().code, 0);
}
