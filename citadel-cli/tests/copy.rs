//! COPY: rows in a script, from standard input, to standard output and to files.

mod common;

use common::Shell;

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);\n";

#[test]
fn rows_stand_in_the_script_behind_their_statement() {
    let script = format!(
        "{TABLE}COPY t FROM STDIN;\n1\tone\n2\t\\N\n\\.\nSELECT count(*), count(name) FROM t;\n"
    );
    let run = Shell::memory().stdin(&script).run();
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "count,count\n2,1\n"),
        "{}",
        run.stderr
    );
    // Lines are counted on behind them.
    let script = format!("{TABLE}COPY t FROM STDIN;\n1\tone\n\\.\nSELECT nothing;\n");
    let run = Shell::memory().stdin(&script).run();
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("5 | SELECT nothing"), "{}", run.stderr);
    let script = format!("{TABLE}COPY t FROM STDIN;\n1\tone\nx\ttwo\n\\.\n");
    let run = Shell::memory().stdin(&script).run();
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("line 2, column \"id\""),
        "{}",
        run.stderr
    );
}

#[test]
fn an_argument_copies_from_standard_input_to_standard_output() {
    let copies = format!(
        "{TABLE}COPY t FROM STDIN (FORMAT csv, HEADER, ON_ERROR ignore); COPY t TO STDOUT (FORMAT json)"
    );
    let shell = Shell::memory().args(&[&copies]);
    let run = shell.stdin("id,name\n1,\"o,ne\"\nx,two\n3,\n").run();
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (
            0,
            "{\"id\":1,\"name\":\"o,ne\"}\n{\"id\":3,\"name\":null}\n"
        ),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("1 row left out"), "{}", run.stderr);
    assert!(
        run.stderr.contains("line 3, column \"id\""),
        "{}",
        run.stderr
    );
}

#[test]
fn rows_in_a_file_have_left_the_vault() {
    let shell = Shell::on_file();
    let file = shell.beside("rows.csv");
    let script = format!(
        "{TABLE}INSERT INTO t VALUES (1, 'one');\nCOPY t TO '{}';\n",
        file.display()
    );
    let run = shell.stdin(&script).run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("leave the vault"), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "1,one\n");
}
