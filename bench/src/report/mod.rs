//! What was measured: a table for people, and one JSON object per row for programs.

mod against;

use std::fmt::Write as _;
use std::path::Path;

use crate::Result;

/// One figure.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) engine: String,
    pub(crate) params: String,
    pub(crate) metric: &'static str,
    pub(crate) value: f64,
}

/// All figures of a suite.
#[derive(Debug)]
pub(crate) struct Report {
    suite: String,
    rows: Vec<Row>,
    /// Each engine, with its version and how it is set up.
    engines: Vec<(String, String)>,
}

impl Report {
    pub(crate) fn new(suite: &str) -> Self {
        Self {
            suite: suite.to_owned(),
            rows: Vec::new(),
            engines: Vec::new(),
        }
    }

    /// Names the version of an engine.
    pub(crate) fn introduce(&mut self, engine: &str, version: &str) {
        self.engines.push((engine.to_owned(), version.to_owned()));
    }

    /// The best of an engine's figures, among those whose parameters begin so.
    pub(crate) fn best(
        &self,
        case: &str,
        engine: &str,
        metric: &str,
        params: &str,
        less_is_better: bool,
    ) -> Option<f64> {
        let figures = self.rows.iter().filter(|row| {
            (row.case.as_str(), row.engine.as_str(), row.metric) == (case, engine, metric)
                && row.params.starts_with(params)
        });
        let values = figures.map(|row| row.value);
        match less_is_better {
            true => values.min_by(f64::total_cmp),
            false => values.max_by(f64::total_cmp),
        }
    }

    /// The geometric mean of a figure over the cases that all engines have, for each engine.
    pub(crate) fn geometric_means(
        &self,
        metric: &str,
        is_of: impl Fn(&str) -> bool,
    ) -> Vec<(String, f64)> {
        let rows = || {
            self.rows
                .iter()
                .filter(|row| row.metric == metric && is_of(&row.case))
        };
        let mut engines: Vec<&str> = rows().map(|row| row.engine.as_str()).collect();
        engines.sort_unstable();
        engines.dedup();
        let is_everywhere =
            |case: &str| rows().filter(|row| row.case == case).count() == engines.len();
        let mean = |engine: &&str| {
            let own = rows().filter(|row| row.engine == *engine && is_everywhere(&row.case));
            let logs: Vec<f64> = own.map(|row| row.value.ln()).collect();
            let mean = (logs.iter().sum::<f64>() / logs.len().max(1) as f64).exp();
            ((*engine).to_owned(), mean)
        };
        engines.iter().map(mean).collect()
    }

    pub(crate) fn add(
        &mut self,
        case: &str,
        engine: &str,
        params: &str,
        metric: &'static str,
        value: f64,
    ) {
        self.rows.push(Row {
            case: case.to_owned(),
            engine: engine.to_owned(),
            params: params.to_owned(),
            metric,
            value,
        });
    }

    /// Prints a line per case, engine and parameters, with all of their metrics.
    pub(crate) fn print(&self) {
        for (engine, version) in &self.engines {
            say(&format!("{engine}: {version}"));
        }
        let mut lines: Vec<(&Row, String)> = Vec::new();
        for row in &self.rows {
            let figure = format!("{} {}", row.metric, figure(row.value));
            let same = lines.iter_mut().find(|(first, _)| {
                (&first.case, &first.engine, &first.params) == (&row.case, &row.engine, &row.params)
            });
            match same {
                Some((_, figures)) => _ = write!(figures, "   {figure}"),
                None => lines.push((row, figure)),
            }
        }
        let width = |of: fn(&Row) -> &str| self.rows.iter().map(|r| of(r).len()).max().unwrap_or(0);
        let (case, engine, params) = (
            width(|r| &r.case),
            width(|r| &r.engine),
            width(|r| &r.params),
        );
        for (row, figures) in lines {
            say(&format!(
                "{:case$}  {:engine$}  {:params$}  {figures}",
                row.case, row.engine, row.params
            ));
        }
    }

    /// A JSON object per line: the figures, then the subject's ratios to its peers.
    pub(crate) fn write_json(&self, path: &Path, subject: &str) -> Result<()> {
        let mut text = String::new();
        for (engine, version) in &self.engines {
            writeln!(
                text,
                "{{\"suite\":{},\"engine\":{},\"version\":{}}}",
                quoted(&self.suite),
                quoted(engine),
                quoted(version)
            )?;
        }
        for row in self.rows.iter().chain(&self.ratios(subject)) {
            writeln!(
                text,
                "{{\"suite\":{},\"case\":{},\"engine\":{},\"params\":{},\"metric\":{},\"value\":{}}}",
                quoted(&self.suite),
                quoted(&row.case),
                quoted(&row.engine),
                quoted(&row.params),
                quoted(row.metric),
                row.value
            )?;
        }
        Ok(std::fs::write(path, text)?)
    }
}

fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.4}"),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Says what is being done, beside the results.
#[expect(clippy::print_stderr, reason = "a program talks to its user")]
pub(crate) fn complain(text: &str) {
    eprintln!("{text}");
}

#[expect(clippy::print_stdout, reason = "the results")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}
