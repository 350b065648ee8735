//! ELECTRE I: the kernel of an outranking graph (Roy 1968, *RIRO* 2(8)). Options are told apart, not scored.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Details, Matrix, Outcome};
use crate::evaluation::Better;

/// The least share of the weight that has to agree, where none is given.
pub const CONCORDANCE: f64 = 0.65;
/// The most opposition of any one criterion, where none is given.
pub const DISCORDANCE: f64 = 0.35;

/// One option outranking another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Outranking {
    /// The name of the one that outranks.
    pub option: String,
    /// The name of the one that is outranked.
    pub outranks: String,
    /// The share of the weight on which it is at least as good, 0 to 1.
    pub concordance: f64,
    /// Its largest shortfall on any criterion, as a share of the criterion's range in the data, 0 to 1.
    pub discordance: f64,
}

/// Rounding must not undo a threshold that is met exactly.
const TOLERANCE: f64 = 1e-12;

/// Scores are 1 in the kernel and 0 outside: an order of two places. Options that outrank each other in a circle stand or fall
/// together; a criterion with equal numbers everywhere opposes nothing.
pub(super) fn electre_i(matrix: &Matrix<'_>, concordance: f64, discordance: f64) -> Outcome {
    let widths: Vec<f64> = matrix
        .ends()
        .into_iter()
        .map(|(worst, best)| best - worst)
        .collect();
    let size = matrix.rows.len();
    let mut outranking = Vec::new();
    let mut outranks = vec![Vec::new(); size];
    for (i, a) in matrix.rows.iter().enumerate() {
        for (j, b) in matrix.rows.iter().enumerate().filter(|(j, _)| *j != i) {
            let agreeing: f64 = a
                .iter()
                .zip(b)
                .zip(matrix.weights)
                .filter(|((a, b), _)| a >= b)
                .map(|(_, w)| w)
                .sum();
            let shortfall =
                |((a, b), width): ((&f64, &f64), &f64)| if b > a { (b - a) / width } else { 0.0 };
            let opposing = a
                .iter()
                .zip(b)
                .zip(&widths)
                .map(shortfall)
                .fold(0.0, f64::max);
            if agreeing >= concordance - TOLERANCE && opposing <= discordance + TOLERANCE {
                outranks[i].push(j);
                outranking.push(Outranking {
                    option: matrix.name(i),
                    outranks: matrix.name(j),
                    concordance: agreeing,
                    discordance: opposing,
                });
            }
        }
    }
    let in_kernel = kernel(&outranks);
    Outcome {
        scores: in_kernel
            .iter()
            .map(|is| if *is { 1.0 } else { 0.0 })
            .collect(),
        span: [0.0, 1.0],
        better: Better::Higher,
        has_scores: false,
        details: Details::ElectreI {
            kernel: (0..size)
                .filter(|i| in_kernel[*i])
                .map(|i| matrix.name(i))
                .collect(),
            outranking,
        },
    }
}

/// Which nodes are in the kernel: outranked by none of it. `outranks[a]` lists what `a` outranks.
fn kernel(outranks: &[Vec<usize>]) -> Vec<bool> {
    let circle = circles(outranks);
    let mut in_kernel = vec![false; outranks.len()];
    let mut beaten = vec![false; outranks.len()];
    // Circles come numbered so that none outranks an earlier one.
    let last = circle.iter().copied().max().unwrap_or(0);
    for number in 0..=last {
        let members: Vec<usize> = (0..outranks.len())
            .filter(|node| circle[*node] == number)
            .collect();
        if members.iter().any(|node| beaten[*node]) {
            continue;
        }
        for node in members {
            in_kernel[node] = true;
            for other in &outranks[node] {
                if circle[*other] != number {
                    beaten[*other] = true;
                }
            }
        }
    }
    in_kernel
}

/// The number of the circle (strongly connected component) of each node, in topological order; Kosaraju's two passes.
fn circles(edges: &[Vec<usize>]) -> Vec<usize> {
    let size = edges.len();
    let mut reversed = vec![Vec::new(); size];
    for (from, targets) in edges.iter().enumerate() {
        for to in targets {
            reversed[*to].push(from);
        }
    }
    let mut finished = Vec::with_capacity(size);
    let mut seen = vec![false; size];
    for start in 0..size {
        visit(start, edges, &mut seen, &mut finished);
    }
    let mut circle = vec![0; size];
    let mut seen = vec![false; size];
    let mut number = 0;
    for start in finished.into_iter().rev() {
        let mut members = Vec::new();
        visit(start, &reversed, &mut seen, &mut members);
        for node in &members {
            circle[*node] = number;
        }
        number += usize::from(!members.is_empty());
    }
    circle
}

/// Adds what is reachable from `start` and not yet seen to `finished`, each node after what it leads to.
fn visit(start: usize, edges: &[Vec<usize>], seen: &mut [bool], finished: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[start], true) {
        return;
    }
    let mut path = vec![(start, 0)];
    while let Some((node, next)) = path.pop() {
        match edges[node].get(next) {
            Some(target) => {
                path.push((node, next + 1));
                if !std::mem::replace(&mut seen[*target], true) {
                    path.push((*target, 0));
                }
            }
            None => finished.push(node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_outranked_by_none_of_its_members_and_circles_stand_together() {
        let cases: [(&[&[usize]], &[bool]); 5] = [
            (&[&[], &[]], &[true, true]),
            (&[&[1], &[2], &[]], &[true, false, true]),
            (&[&[1], &[0], &[]], &[true, true, true]),
            (&[&[1], &[2], &[1, 3], &[]], &[true, false, false, true]),
            (&[&[1, 2], &[], &[0]], &[true, false, true]),
        ];
        for (graph, expected) in cases {
            let graph: Vec<Vec<usize>> = graph.iter().map(|targets| targets.to_vec()).collect();
            assert_eq!(kernel(&graph), expected, "{graph:?}");
        }
    }
}
