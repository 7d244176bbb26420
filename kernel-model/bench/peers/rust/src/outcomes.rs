//! What the executions of one exploration ended in. Ordinary `std` state, invisible to both engines.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// The final values a program reports, in the order its row of ../../README.md names them.
pub type Outcome = Vec<usize>;

thread_local! {
    static EXECUTIONS: Cell<usize> = const { Cell::new(0) };
    static VIOLATIONS: Cell<usize> = const { Cell::new(0) };
    static SEEN: RefCell<BTreeSet<Outcome>> = const { RefCell::new(BTreeSet::new()) };
}

pub fn clear() {
    EXECUTIONS.set(0);
    VIOLATIONS.set(0);
    SEEN.with_borrow_mut(BTreeSet::clear);
}

/// One execution of a program. Both engines run every task on the thread that called them, so counting is exact.
pub fn count(program: fn() -> Option<Outcome>) {
    EXECUTIONS.set(EXECUTIONS.get() + 1);
    if let Some(outcome) = program() {
        SEEN.with_borrow_mut(|seen| {
            if !seen.contains(&outcome) {
                seen.insert(outcome);
            }
        });
    }
}

pub fn executions() -> usize {
    EXECUTIONS.get()
}

/// Counts executions in which something that sequential consistency promises did not hold.
pub fn ensure(holds: bool) {
    if !holds {
        VIOLATIONS.set(VIOLATIONS.get() + 1);
    }
}

pub fn violations() -> usize {
    VIOLATIONS.get()
}

/// The distinct outcomes as a sorted JSON array of arrays; null if none was reported.
pub fn json() -> String {
    SEEN.with_borrow(|seen| match seen.len() {
        0 => "null".into(),
        _ => format!("{seen:?}").replace('{', "[").replace('}', "]").replace(' ', ""),
    })
}
