//! What came before what, and which transactions lie on a cycle of it.

use crate::history::anomaly::LinkKind;

/// A link from one node to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: LinkKind,
}

/// Transactions, and beyond them nodes that only carry the order of time from one to another.
pub(super) struct Graph {
    /// How many of the nodes are transactions.
    transactions: usize,
    nodes: usize,
    edges: Vec<Edge>,
}

impl Graph {
    pub(super) fn new(transactions: usize) -> Self {
        Self {
            transactions,
            nodes: transactions,
            edges: Vec::new(),
        }
    }

    /// Adds a node that is no transaction.
    pub(super) fn add_node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes - 1
    }

    /// Says that one came before the other. Nobody comes before himself.
    pub(super) fn link(&mut self, from: usize, to: usize, kind: LinkKind) {
        if from != to {
            self.edges.push(Edge { from, to, kind });
        }
    }

    /// How many links there are.
    pub(super) fn len(&self) -> usize {
        self.edges.len()
    }

    pub(super) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    pub(super) fn is_transaction(&self, node: usize) -> bool {
        node < self.transactions
    }

    /// The links from each node, of those that are wanted.
    pub(super) fn adjacency(&self, wanted: impl Fn(&Edge) -> bool) -> Adjacency<'_> {
        let mut starts = vec![0; self.nodes + 1];
        let edges = || self.edges.iter().filter(|edge| wanted(edge));
        for edge in edges() {
            starts[edge.from + 1] += 1;
        }
        for node in 0..self.nodes {
            starts[node + 1] += starts[node];
        }
        let mut free = starts.clone();
        let mut sorted: Vec<Option<&Edge>> = vec![None; starts[self.nodes]];
        for edge in edges() {
            sorted[free[edge.from]] = Some(edge);
            free[edge.from] += 1;
        }
        Adjacency {
            starts,
            edges: sorted.into_iter().flatten().collect(),
        }
    }
}

/// Some links of a graph, by where they begin.
pub(super) struct Adjacency<'g> {
    starts: Vec<usize>,
    edges: Vec<&'g Edge>,
}

impl<'g> Adjacency<'g> {
    fn nodes(&self) -> usize {
        self.starts.len() - 1
    }

    /// The links from a node.
    pub(super) fn from(&self, node: usize) -> &[&'g Edge] {
        &self.edges[self.starts[node]..self.starts[node + 1]]
    }

    /// The strongly connected components of more than one node (Tarjan 1972, without recursion).
    pub(super) fn knots(&self) -> Vec<Vec<usize>> {
        let mut search = Search {
            adjacency: self,
            order: vec![UNSEEN; self.nodes()],
            low: vec![0; self.nodes()],
            open: Vec::new(),
            is_open: vec![false; self.nodes()],
            next: 0,
            knots: Vec::new(),
        };
        for node in 0..self.nodes() {
            if search.order[node] == UNSEEN {
                search.visit(node);
            }
        }
        search.knots
    }

    /// The shortest way from one node to another.
    pub(super) fn way(&self, from: usize, to: usize) -> Option<Vec<&'g Edge>> {
        let mut came_by: Vec<Option<&Edge>> = vec![None; self.nodes()];
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            if node == to {
                break;
            }
            for edge in self.from(node) {
                if came_by[edge.to].is_none() && edge.to != from {
                    came_by[edge.to] = Some(edge);
                    queue.push_back(edge.to);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = to;
        while at != from {
            let edge = came_by[at]?;
            way.push(edge);
            at = edge.from;
        }
        way.reverse();
        Some(way)
    }
}

const UNSEEN: usize = usize::MAX;

struct Search<'a, 'g> {
    adjacency: &'a Adjacency<'g>,
    order: Vec<usize>,
    low: Vec<usize>,
    open: Vec<usize>,
    is_open: Vec<bool>,
    next: usize,
    knots: Vec<Vec<usize>>,
}

impl Search<'_, '_> {
    fn visit(&mut self, root: usize) {
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((node, at)) = path.last_mut() {
            let node = *node;
            if let Some(edge) = self.adjacency.from(node).get(*at) {
                *at += 1;
                let to = edge.to;
                if self.order[to] == UNSEEN {
                    self.enter(to);
                    path.push((to, 0));
                } else if self.is_open[to] {
                    self.low[node] = self.low[node].min(self.order[to]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                self.low[*parent] = self.low[*parent].min(self.low[node]);
            }
            if self.low[node] == self.order[node] {
                self.close(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = self.next;
        self.low[node] = self.next;
        self.next += 1;
        self.open.push(node);
        self.is_open[node] = true;
    }

    fn close(&mut self, root: usize) {
        let mut knot = Vec::new();
        while let Some(node) = self.open.pop() {
            self.is_open[node] = false;
            knot.push(node);
            if node == root {
                break;
            }
        }
        if knot.len() > 1 {
            self.knots.push(knot);
        }
    }
}
