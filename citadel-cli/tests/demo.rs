//! The tour, from its first line to the command that it ends with.

mod common;

use common::{Shell, raw_key};

#[test]
fn the_tour_finds_what_is_meant_and_leaves_a_file_that_opens() {
    let shell = Shell::on_file().command("demo").key(&raw_key(0x41));
    let run = shell.run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    for part in [
        "VectorTopKPlan",
        "AnnTopKPlan",
        "my-pony-racer",
        "WHERE section",
        "WHERE installed_size",
        "BLAKE3",
        "Index Filter",
    ] {
        assert!(run.stdout.contains(part), "{part} is not in {}", run.stdout);
    }
    // Sentences are wrapped somewhere.
    let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("cannot be read from it"), "{words}");
    let recall = |plan: &str| -> f64 {
        let line = run
            .stdout
            .lines()
            .find(|l| l.starts_with(&format!("│ {plan}")))
            .unwrap();
        line.split('│').nth(2).unwrap().trim().parse().unwrap()
    };
    assert_eq!(recall("VectorTopKPlan"), 1.0);
    assert!(recall("AnnTopKPlan") >= 0.95, "{}", run.stdout);
    let filtered: Vec<f64> = run
        .stdout
        .lines()
        .filter(|l| l.starts_with("│ WHERE"))
        .map(|l| l.split('│').nth(3).unwrap().trim().parse().unwrap())
        .collect();
    assert_eq!(filtered.len(), 4, "{}", run.stdout);
    assert!(
        filtered.iter().all(|recall| *recall >= 0.95),
        "{}",
        run.stdout
    );

    let open = shell.again(&["SELECT COUNT(*) AS n FROM packages"]).run();
    assert_eq!(
        (open.code, open.stdout.as_str()),
        (0, "n\n5000\n"),
        "{}",
        open.stderr
    );
    assert_eq!(shell.again(&[]).stdin(".check\n").run().code, 0);

    let second = shell.run();
    assert_eq!(second.code, 3);
    assert!(
        second.stderr.contains("was not touched"),
        "{}",
        second.stderr
    );
}

#[test]
fn without_a_name_and_a_key_the_command_at_the_end_works_as_it_stands() {
    let shell = Shell::new().command("demo").keyless();
    let run = shell.run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    let command = run
        .stdout
        .lines()
        .find(|l| l.trim_start().starts_with("CITADEL_KEY="))
        .unwrap();
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            &format!("{command} 'SELECT COUNT(*) AS n FROM packages'"),
        ])
        .current_dir(shell.beside("."))
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "n\n5000\n",
        "{output:?}"
    );
}
