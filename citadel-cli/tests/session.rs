//! What a session changes: the database, where results go, values of parameters.

mod common;

use common::{Shell, raw_key};

#[test]
fn another_database_is_opened_in_place_of_the_first() {
    let shell = Shell::on_file();
    let other = shell.beside("other.citadel");
    let key = shell.beside("key.txt");
    std::fs::write(&key, raw_key(0x22)).unwrap();
    let script = format!(
        "CREATE TABLE first (a INTEGER);\n.open '{}' '{}'\n.tables\nCREATE TABLE second (a INTEGER);\n.tables\n",
        other.display(),
        key.display()
    );
    let run = shell.stdin(&script).run();
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "second\n"),
        "{}",
        run.stderr
    );
    let back = shell.stdin(".open other.citadel\n.tables\n").run();
    assert_eq!(back.code, 4, "another key: {}", back.stderr);
    assert_eq!(shell.stdin("BEGIN;\n.open x\n").run().code, 2);
    assert!(!shell.beside("x").exists());
    let stays = shell
        .stdin(".open :memory:\n.tables\n.open test.citadel\n.tables\n")
        .run();
    assert_eq!(stays.stdout, "first\n", "{}", stays.stderr);
}

#[test]
fn once_is_for_one_result() {
    let shell = Shell::memory();
    let script = ".once a.txt\nSELECT 1 AS a;\nSELECT 2 AS b;\n.once b.txt\n.once c.txt\n.print three\n.print four\n\
                  .output d.txt\nSELECT 5 AS e;\n.once e.txt\nSELECT 6 AS f;\nSELECT 7 AS g;\n";
    let run = shell.stdin(script).run();
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "b\n2\nfour\n"),
        "{}",
        run.stderr
    );
    let text = |name: &str| std::fs::read_to_string(shell.beside(name)).unwrap();
    assert_eq!(
        (text("a.txt"), text("b.txt")),
        ("a\n1\n".into(), String::new())
    );
    assert_eq!(
        (text("c.txt"), text("d.txt")),
        ("three\n".into(), "e\n5\ng\n7\n".into())
    );
    assert_eq!(text("e.txt"), "f\n6\n");
}

#[test]
fn parameters_stand_for_values() {
    let script = ".parameter set :n 40 + 2\n.parameter set @t it is\n.parameter set 1 \"'42'\"\n.parameter list\n\
                  .mode quote\n.headers off\nSELECT :n, @t;\nSELECT ?1;\n.parameter unset n\n.parameter list\n.parameter clear\n\
                  .parameter list\nSELECT 1;\nSELECT :n;\n";
    let run = Shell::memory().stdin(script).run();
    let expected = "1 '42'\nn 42\nt 'it is'\n42,'it is'\n'42'\n1 '42'\nt 'it is'\n1\n";
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (1, expected),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("parameter n has no value"),
        "{}",
        run.stderr
    );
    assert_eq!(Shell::memory().stdin(".parameter set :n\n").run().code, 2);
    assert_eq!(
        Shell::memory()
            .stdin(".parameter set ':a b' 1\n")
            .run()
            .code,
        2
    );
}

#[test]
fn a_vector_is_a_parameter_too() {
    let script = "CREATE TABLE t (id INTEGER PRIMARY KEY, v VECTOR(2));\nINSERT INTO t VALUES (1, '[0,1]'), (2, '[5,5]');\n\
                  .parameter set :q [4,4]\nSELECT id FROM t ORDER BY v <-> :q LIMIT 1;\n";
    let run = Shell::memory().stdin(script).run();
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "id\n2\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn salvage_makes_a_database_of_a_damaged_one() {
    let shell = Shell::on_file();
    let make =
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y')";
    assert_eq!(shell.args(&[make]).run().code, 0);
    let script =
        ".salvage test.citadel INTO new.citadel\n.open new.citadel\nSELECT COUNT(*) AS n FROM t;\n";
    let run = shell.stdin(script).run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.ends_with("n\n2\n"), "{}", run.stdout);
    assert_eq!(
        shell.stdin(".salvage test.citadel TO other\n").run().code,
        2
    );
}

#[test]
fn help_names_every_command() {
    let help = Shell::memory().stdin(".help\n").run().stdout;
    for command in [
        ".import",
        ".once",
        ".open",
        ".output",
        ".parameter",
        ".salvage",
    ] {
        assert!(help.contains(command), "{help}");
    }
    assert!(help.lines().all(|line| line.starts_with('.')), "{help}");
}
