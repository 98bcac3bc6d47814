//! What the subject is held to, and whether it is.

use crate::SUBJECT;
use crate::report::{Report, say};

/// A figure of the subject over that of the best of some peers.
pub(super) struct Bar {
    /// The case, and after a space what the parameters of the figure begin with.
    pub(super) case: &'static str,
    pub(super) metric: &'static str,
    /// The best of those that were measured counts.
    pub(super) peers: &'static [&'static str],
    /// What the ratio must be at least; where less is better, at most.
    pub(super) ratio: f64,
}

/// A figure of the subject that is held to a number.
pub(super) struct Limit {
    pub(super) case: &'static str,
    pub(super) metric: &'static str,
    /// What its parameters begin with.
    pub(super) setting: &'static str,
    /// What it must be at least; where less is better, at most.
    pub(super) limit: f64,
    pub(super) less_is_better: bool,
}

/// Lays the subject beside the bars, and what it must be of itself.
pub(super) fn tell(report: &mut Report, bars: &[Bar], limits: &[Limit]) {
    say("\nwhat must hold (the best of several peers counts):");
    for bar in bars {
        beside_peers(report, bar);
    }
    for limit in limits {
        of_itself(report, limit);
    }
}

fn beside_peers(report: &mut Report, bar: &Bar) {
    let (case, setting) = bar.case.split_once(' ').unwrap_or((bar.case, ""));
    let less = matches!(bar.metric, "seconds" | "ms" | "bytes");
    let Some(own) = report.best(case, SUBJECT, bar.metric, setting, less) else {
        return;
    };
    let peers = bar
        .peers
        .iter()
        .filter_map(|peer| Some((*peer, report.best(case, peer, bar.metric, "", less)?)));
    let best = match less {
        true => peers.min_by(|a, b| a.1.total_cmp(&b.1)),
        false => peers.max_by(|a, b| a.1.total_cmp(&b.1)),
    };
    let what = format!("{} {}", bar.case, bar.metric);
    let Some((peer, value)) = best else {
        say(&format!(
            "{what:32}  {own:>9.1}  no figure of {}",
            bar.peers.join(", ")
        ));
        return;
    };
    let ratio = own / value;
    let (sign, is_met) = match less {
        true => ("≤", ratio <= bar.ratio),
        false => ("≥", ratio >= bar.ratio),
    };
    let beside = format!("{ratio:.2} × {peer} ({value:.1})");
    say(&line(
        &what,
        own,
        &beside,
        sign,
        &format!("{} ×", bar.ratio),
        is_met,
    ));
    let params = format!("{setting} {} to {peer}, bar {}", bar.metric, bar.ratio);
    report.add(case, SUBJECT, &params, "bar_ratio", ratio);
}

fn of_itself(report: &Report, bar: &Limit) {
    let Limit { case, metric, .. } = bar;
    let (limit, less) = (bar.limit, bar.less_is_better);
    // The worst of several is what is held to the limit.
    let Some(own) = report.best(case, SUBJECT, metric, bar.setting, !less) else {
        return;
    };
    let (sign, is_met) = match less {
        true => ("≤", own <= limit),
        false => ("≥", own >= limit),
    };
    let what = format!("{case} {metric}");
    say(&line(&what, own, "", sign, &format!("{limit:.2}"), is_met));
}

fn line(what: &str, own: f64, beside: &str, sign: &str, limit: &str, is_met: bool) -> String {
    let verdict = if is_met { "met" } else { "MISSED" };
    let own = match own {
        own if own >= 100.0 => format!("{own:.0}"),
        own => format!("{own:.3}"),
    };
    format!("{what:32}  {own:>10}  {beside:38}  {sign} {limit:12}  {verdict}")
}
