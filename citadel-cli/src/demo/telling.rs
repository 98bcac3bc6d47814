//! How the tour speaks: headings, sentences, durations.

use std::io::{self, Write};
use std::time::Duration;

use crate::exit::{Failure, Outcome};
use crate::terminal;

/// Columns that sentences are wrapped to.
const WIDTH: usize = 100;

/// A heading with room above it.
pub(super) fn heading(text: &str) -> Outcome<()> {
    let line = "─".repeat(text.chars().count());
    if terminal::results_have_colour() {
        return print(&format!("\n\x1b[1m{text}\x1b[0m\n{line}\n"));
    }
    print(&format!("\n{text}\n{line}\n"))
}

/// Sentences, wrapped between words.
pub(super) fn say(text: &str) -> Outcome<()> {
    let wrapped: Vec<String> = text.lines().map(wrap).collect();
    print(&(wrapped.join("\n") + "\n"))
}

/// Text as it is, such as a table or SQL.
pub(super) fn print(text: &str) -> Outcome<()> {
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(Failure::output)
}

/// A duration for people: in µs below 1 ms, in ms above.
pub(super) fn duration(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    match ms {
        ms if ms >= 100.0 => format!("{ms:.0} ms"),
        ms if ms >= 1.0 => format!("{ms:.1} ms"),
        ms => format!("{:.0} µs", ms * 1e3),
    }
}

/// A number of bytes for people.
pub(super) fn bytes(count: u64) -> String {
    format!("{:.1} MB", count as f64 / 1e6)
}

fn wrap(line: &str) -> String {
    // What is indented is a command or a table.
    if line.starts_with(' ') {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len() + 4);
    let mut column = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_are_wrapped_and_commands_are_not() {
        let long = "word ".repeat(50);
        let wrapped = wrap(long.trim());
        assert!(wrapped.lines().count() > 1);
        assert!(wrapped.lines().all(|line| line.chars().count() <= WIDTH));
        let command = format!("  {long}");
        assert_eq!(wrap(&command), command);
    }

    #[test]
    fn durations_have_a_unit_that_fits() {
        assert_eq!(duration(Duration::from_nanos(42_300)), "42 µs");
        assert_eq!(duration(Duration::from_micros(1_234)), "1.2 ms");
        assert_eq!(duration(Duration::from_millis(1_234)), "1234 ms");
    }
}
