//! Names what lies on cycles.

use std::collections::HashSet;

use super::graph::{Adjacency, Edge, Graph};
use crate::history::anomaly::{Anomaly, Cycle, CycleClass, Link, LinkKind, Needs};

/// From the plainest to the subtlest: a cycle has the first name that fits.
const CLASSES: [CycleClass; 4] = [
    CycleClass::G0,
    CycleClass::G1c,
    CycleClass::GSingle,
    CycleClass::G2,
];
const ORDERS: [Needs; 3] = [Needs::Nothing, Needs::Session, Needs::Time];

/// Finds a cycle in each part of the graph that has one.
pub(super) fn find(graph: &Graph, anomalies: &mut Vec<Anomaly>) {
    for knot in graph.adjacency(|_| true).knots() {
        let knot: HashSet<usize> = knot.into_iter().collect();
        let cycle = ORDERS
            .iter()
            .flat_map(|needs| CLASSES.map(|class| (class, *needs)))
            .find_map(|(class, needs)| cycle_of(graph, &knot, class, needs));
        if let Some(cycle) = cycle {
            anomalies.push(lost_update(&cycle).unwrap_or(Anomaly::Cycle(cycle)));
        }
    }
}

/// Two that each read before the other's write of the same key.
fn lost_update(cycle: &Cycle) -> Option<Anomaly> {
    use LinkKind::{ReadWrite, WriteWrite};
    match cycle.links[..] {
        [one, other] => match (one.kind, other.kind) {
            (ReadWrite(a), WriteWrite(b)) | (WriteWrite(a), ReadWrite(b)) if a == b => {
                Some(Anomaly::LostUpdate {
                    key: a,
                    one: one.from,
                    other: other.from,
                })
            }
            _ => None,
        },
        _ => None,
    }
}

fn cycle_of(
    graph: &Graph,
    knot: &HashSet<usize>,
    class: CycleClass,
    needs: Needs,
) -> Option<Cycle> {
    let inside = |edge: &Edge| knot.contains(&edge.from) && knot.contains(&edge.to);
    let plain = graph.adjacency(|edge| inside(edge) && is_allowed(edge, class, needs));
    let edges = match class {
        CycleClass::GSingle => {
            let reads = graph
                .edges()
                .iter()
                .filter(|edge| inside(edge) && matches!(edge.kind, LinkKind::ReadWrite(_)));
            shortest(reads.filter_map(|edge| close(&plain, edge)))
        }
        _ => {
            let knots = plain.knots();
            let from = *knots.first()?.first()?;
            shortest(
                plain
                    .from(from)
                    .iter()
                    .filter_map(|edge| close(&plain, edge)),
            )
        }
    }?;
    Some(Cycle {
        class,
        needs,
        links: links_of(graph, &edges),
    })
}

/// Whether a link may be part of the way; the one rw link of G-single comes on top.
fn is_allowed(edge: &Edge, class: CycleClass, needs: Needs) -> bool {
    match edge.kind {
        LinkKind::WriteWrite(_) => true,
        LinkKind::WriteRead(_) => class >= CycleClass::G1c,
        LinkKind::ReadWrite(_) => class == CycleClass::G2,
        LinkKind::Session => needs >= Needs::Session,
        LinkKind::Time => needs == Needs::Time,
    }
}

/// A link with the way back from its end.
fn close<'g>(adjacency: &Adjacency<'g>, edge: &Edge) -> Option<Vec<Edge>> {
    let way: Vec<&'g Edge> = adjacency.way(edge.to, edge.from)?;
    Some(
        [*edge]
            .into_iter()
            .chain(way.into_iter().copied())
            .collect(),
    )
}

fn shortest(cycles: impl Iterator<Item = Vec<Edge>>) -> Option<Vec<Edge>> {
    cycles.take(SEARCHED_MAX).min_by_key(Vec::len)
}

/// So many cycles are compared for the shortest one.
const SEARCHED_MAX: usize = 64;

/// The way round in transactions alone: links over nodes of time become one.
fn links_of(graph: &Graph, edges: &[Edge]) -> Vec<Link> {
    let first = edges
        .iter()
        .position(|edge| graph.is_transaction(edge.from))
        .unwrap_or(0);
    let mut links: Vec<Link> = Vec::new();
    for edge in edges.iter().cycle().skip(first).take(edges.len()) {
        match links.last_mut() {
            Some(last) if !graph.is_transaction(last.to) => last.to = edge.to,
            _ => links.push(Link {
                from: edge.from,
                to: edge.to,
                kind: edge.kind,
            }),
        }
    }
    links
}
