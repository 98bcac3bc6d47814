//! The forms of results.

mod common;

use common::Shell;

const VALUES: &str =
    "SELECT 1 AS i, 0.5 AS r, 'a,\"b\"' AS t, X'00ff' AS b, TRUE AS f, NULL AS n, '' AS e";

fn shown(mode: &str) -> String {
    let run = Shell::memory().args(&[mode, VALUES]).run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    run.stdout
}

#[test]
fn each_mode_has_its_form() {
    assert_eq!(
        shown("--json"),
        "[{\"i\":1,\"r\":0.5,\"t\":\"a,\\\"b\\\"\",\"b\":\"00ff\",\"f\":true,\"n\":null,\"e\":\"\"}]\n"
    );
    assert_eq!(
        shown("--jsonl"),
        "{\"i\":1,\"r\":0.5,\"t\":\"a,\\\"b\\\"\",\"b\":\"00ff\",\"f\":true,\"n\":null,\"e\":\"\"}\n"
    );
    assert_eq!(
        shown("--csv"),
        "i,r,t,b,f,n,e\n1,0.5,\"a,\"\"b\"\"\",00ff,true,,\"\"\n"
    );
    assert_eq!(
        shown("--tsv"),
        "i\tr\tt\tb\tf\tn\te\n1\t0.5\ta,\"b\"\t00ff\ttrue\t\\N\t\n"
    );
    assert_eq!(
        shown("--list"),
        "i|r|t|b|f|n|e\n1|0.5|a,\"b\"|00ff|true||\n"
    );
    assert_eq!(
        shown("--quote"),
        "\"i\",\"r\",\"t\",\"b\",\"f\",\"n\",\"e\"\n1,0.5,'a,\"b\"',X'00ff',TRUE,NULL,''\n"
    );
    assert_eq!(
        shown("--line"),
        "i = 1\nr = 0.5\nt = a,\"b\"\nb = 00ff\nf = true\nn = \ne = \n"
    );
}

#[test]
fn grids_are_drawn() {
    let run = Shell::memory()
        .args(&["--box", "SELECT 7 AS n, 'word' AS name"])
        .run();
    assert_eq!(
        run.stdout,
        "┌───┬──────┐\n│ n │ name │\n├───┼──────┤\n│ 7 │ word │\n└───┴──────┘\n"
    );
    let run = Shell::memory()
        .args(&["--markdown", "SELECT 7 AS n, 'a|b' AS name"])
        .run();
    assert_eq!(run.stdout, "| n | name |\n|---|------|\n| 7 | a\\|b |\n");
}

#[test]
fn csv_is_what_a_pipe_gets() {
    let run = Shell::memory().args(&[VALUES]).run();
    assert_eq!(run.stdout, shown("--csv"));
}

#[test]
fn an_empty_result_has_its_form_too() {
    let none = "SELECT 1 AS a WHERE FALSE";
    let shown = |mode| Shell::memory().args(&[mode, none]).run().stdout;
    assert_eq!(shown("--json"), "[]\n");
    assert_eq!(shown("--jsonl"), "");
    assert_eq!(shown("--csv"), "a\n");
}

#[test]
fn vectors_are_whole_for_machines_and_short_for_eyes() {
    let sql = "CREATE TABLE v (e VECTOR(8)); INSERT INTO v VALUES ('[1,2,3,4,5,6,7,0.5]'); SELECT e FROM v";
    let shown = |mode| Shell::memory().args(&[mode, sql]).run().stdout;
    assert_eq!(shown("--json"), "[{\"e\":[1,2,3,4,5,6,7,0.5]}]\n");
    assert_eq!(shown("--csv"), "e\n\"[1,2,3,4,5,6,7,0.5]\"\n");
    assert!(shown("--box").contains("[1.000, 2.000, 3.000, 4.000, … +4]"));
}

#[test]
fn the_header_null_and_separator_can_be_chosen() {
    let run = Shell::memory()
        .args(&[
            "--list",
            "--no-header",
            "--null-value",
            "∅",
            "--separator",
            " / ",
            "SELECT 1, NULL",
        ])
        .run();
    assert_eq!(run.stdout, "1 / ∅\n");
}

#[test]
fn a_plan_is_written_as_it_is_unless_a_form_was_asked_for() {
    let explain = "EXPLAIN SELECT 1 AS a, 'b' AS b";
    let run = Shell::memory().args(&[explain]).run();
    assert!(
        run.stdout.contains("\n  Output: 1, 'b'\n"),
        "{}",
        run.stdout
    );
    let run = Shell::memory().args(&["--csv", explain]).run();
    assert!(
        run.stdout.starts_with("QUERY PLAN\n") && run.stdout.contains("\n\"  Output: 1, 'b'\"\n"),
        "{}",
        run.stdout
    );
}
