//! One engine beside its peers: a line for each case, a column for each engine, and ratios.

use super::{Report, Row, figure, say};

/// Metrics that can be laid beside each other.
const METRICS: [&str; 9] = [
    "ops_per_s",
    "vec_per_s",
    "recall_at_10",
    "gb_per_s",
    "bytes",
    "qps_at_95",
    "qps_at_99",
    "seconds",
    "ms",
];

/// A cell of the table.
type Cell = String;

impl Report {
    /// Prints the figures of the subject, and those of its peers with the subject's ratio to each. Says nothing where no
    /// case has both.
    pub(crate) fn print_against(&self, subject: &str) {
        let peers = self.peers(subject);
        let lines: Vec<Vec<Cell>> = self
            .of(subject)
            .filter(|own| peers.iter().any(|peer| self.same(own, peer).is_some()))
            .map(|own| self.line(own, &peers))
            .collect();
        if lines.is_empty() {
            return;
        }
        let mut header = vec![String::new(), String::new(), subject.to_owned()];
        header.extend(peers.iter().map(|peer| (*peer).to_owned()));
        say(&format!(
            "\n{subject}, and its ratio to each peer (bytes, seconds, ms: the less the better):"
        ));
        print_table(&header, &lines);
    }

    /// The ratios of the subject to each peer, as rows of their own.
    pub(super) fn ratios(&self, subject: &str) -> Vec<Row> {
        let mut ratios = Vec::new();
        for own in self.of(subject) {
            for peer in self.peers(subject) {
                if let Some(row) = self.same(own, peer) {
                    ratios.push(Row {
                        params: format!("{} to {peer}", own.metric),
                        metric: "ratio",
                        value: own.value / row.value,
                        ..own.clone()
                    });
                }
            }
        }
        ratios
    }

    fn of(&self, engine: &str) -> impl Iterator<Item = &Row> {
        let is_of = move |row: &&Row| row.engine == engine && METRICS.contains(&row.metric);
        self.rows.iter().filter(is_of)
    }

    /// The other engines in the order of their first figure.
    fn peers(&self, subject: &str) -> Vec<&str> {
        let mut peers: Vec<&str> = Vec::new();
        for row in &self.rows {
            let is_new = row.engine != subject && !peers.contains(&row.engine.as_str());
            if is_new && METRICS.contains(&row.metric) {
                peers.push(&row.engine);
            }
        }
        peers
    }

    /// A peer's figure for the same case.
    fn same(&self, own: &Row, peer: &str) -> Option<&Row> {
        let of_case = |row: &&Row| row.case == own.case && row.metric == own.metric;
        self.of(peer).find(of_case)
    }

    fn line(&self, own: &Row, peers: &[&str]) -> Vec<Cell> {
        let mut line = vec![own.case.clone(), own.metric.to_owned(), figure(own.value)];
        line.extend(peers.iter().map(|peer| match self.same(own, peer) {
            Some(row) => format!("{} ({:.2}×)", figure(row.value), own.value / row.value),
            None => String::new(),
        }));
        line
    }
}

fn print_table(header: &[Cell], lines: &[Vec<Cell>]) {
    let width = |at: usize| {
        let cells = lines.iter().map(|line| &line[at]).chain([&header[at]]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    for line in std::iter::once(header).chain(lines.iter().map(Vec::as_slice)) {
        let cells = line.iter().zip(&widths).enumerate();
        let text: Vec<String> = cells
            .map(|(at, (cell, width))| match at {
                0 | 1 => format!("{cell:width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        say(text.join("  ").trim_end());
    }
}
