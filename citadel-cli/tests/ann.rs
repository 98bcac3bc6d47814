//! `citadel ann report`.

mod common;

use std::process::{Command, Output};

use common::{Shell, raw_key};

fn report(shell: &Shell, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_citadel"))
        .args(["ann", "report"])
        .arg(shell.file())
        .args(more)
        .env("CITADEL_KEY", raw_key(0x11))
        .output()
        .unwrap()
}

/// A table of 1,500 rows in the plane, all of it in a segment.
fn made() -> Shell {
    let rows: Vec<String> = (0..1_500)
        .map(|id| format!("({id}, '[{},{}]')", id * 37 % 101, id * 53 % 97))
        .collect();
    let script = format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v VECTOR(2)); INSERT INTO t VALUES {};
         CREATE INDEX t_v ON t USING ann (v)",
        rows.join(",")
    );
    let shell = Shell::on_file();
    let run = shell.stdin(&script).run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    shell
}

#[test]
fn a_report_is_a_table_and_a_chart() {
    let shell = made();
    let chart = shell.beside("report.svg");
    let out = chart.to_str().unwrap();
    let run = report(&shell, &["t", "v", "--out", out]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    assert!(text.contains("t_v on t (v), l2: 1500 rows"), "{text}");
    for word in ["asked", "at least", "queries/s", "0.95"] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    let svg = std::fs::read_to_string(&chart).unwrap();
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    assert!(svg.contains("recall of 10 rows"));

    let again = report(&shell, &["t", "t_v", "--out", out]);
    assert!(!again.status.success(), "nothing is written over");
    assert!(report(&shell, &["t", "t_v"]).status.success());
    assert!(!report(&shell, &["t", "id"]).status.success());
}

#[test]
fn an_index_on_an_expression_is_told_of_by_its_name() {
    let shell = made();
    let create = "CREATE INDEX t_far ON t USING ann ((l2_normalize(v))) WITH (metric = 'cosine')";
    assert_eq!(shell.again(&[create]).run().code, 0);
    let run = report(&shell, &["t", "t_far"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(
        text.starts_with("t_far on t (l2_normalize(v)), cosine"),
        "{text}"
    );
    let vector = shell.again(&[]).stdin(".vector\n").run();
    for line in ["│ t_v   │ t     │ v ", "│ t_far │ t     │ l2_normalize(v) "] {
        assert!(vector.stdout.contains(line), "{}", vector.stdout);
    }
}
