//! The programs on loom: dynamic partial-order reduction over schedules and over what a load may read.

#[path = "programs.rs"]
pub mod programs;

use crate::outcomes::{self, Outcome};
use crate::Row;
use loom::sync::atomic::{fence, AtomicUsize, Ordering::SeqCst};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

pub use loom::sync::{Mutex, RwLock};

/// SeqCst fences around every access: loom then explores sequential consistency, as the other engines do.
pub const SC: &str = "dpor-sc";
/// Accesses as they stand: loom treats a SeqCst access as AcqRel, so a load may also read an older store.
pub const PLAIN: &str = "dpor";

static FENCED: AtomicBool = AtomicBool::new(true);

/// A fence is no scheduling point in loom: it only orders what later loads may read.
fn fence_if_wanted() {
    if FENCED.load(Relaxed) {
        fence(SeqCst);
    }
}

pub struct Atomic(AtomicUsize);

impl Atomic {
    pub fn new(value: usize) -> Self {
        Atomic(AtomicUsize::new(value))
    }
    pub fn load(&self) -> usize {
        fence_if_wanted();
        self.0.load(SeqCst)
    }
    pub fn store(&self, value: usize) {
        self.0.store(value, SeqCst);
        fence_if_wanted();
    }
    pub fn add(&self, value: usize) -> usize {
        fence_if_wanted();
        let before = self.0.fetch_add(value, SeqCst);
        fence_if_wanted();
        before
    }
    /// Compare and swap; true if it swapped.
    pub fn cas(&self, from: usize, to: usize) -> bool {
        fence_if_wanted();
        let swapped = self.0.compare_exchange(from, to, SeqCst, SeqCst).is_ok();
        fence_if_wanted();
        swapped
    }
    /// The value after every task was joined: not a step.
    pub fn last(&self) -> usize {
        unsafe { self.0.unsync_load() }
    }
}

pub type Task = Box<dyn FnOnce() -> usize>;

/// Starts the tasks in order and joins them in order; with --no-join it starts them only, and there is no outcome.
pub fn run<const N: usize>(tasks: [Task; N]) -> Option<[usize; N]> {
    let handles = tasks.map(loom::thread::spawn);
    outcomes::join().then(|| handles.map(|handle| handle.join().unwrap()))
}

const INTERVAL: usize = 16;

pub fn explore(program: fn() -> Option<Outcome>, strategy: &'static str, bound: Duration) -> Row {
    FENCED.store(strategy == SC, Relaxed);
    let mut builder = loom::model::Builder::new();
    builder.max_threads = 5;
    builder.max_branches = 10_000;
    builder.max_permutations = None;
    builder.max_duration = Some(bound);
    builder.preemption_bound = None;
    builder.checkpoint_file = None;
    builder.checkpoint_interval = INTERVAL; // how often loom looks at the clock
    builder.location = false;
    builder.log = false;

    let start = Instant::now();
    builder.check(move || outcomes::count(program));
    let schedules = outcomes::executions();
    // loom does not say whether it ended or was cut. It can only be cut before an execution whose number is a
    // multiple of the interval, once the bound has passed: where both hold, the run is not called complete.
    let complete = !((schedules + 1) % INTERVAL == 0 && start.elapsed() >= bound);

    let mut runs = 1;
    builder.max_duration = None;
    while complete && start.elapsed() < bound {
        builder.check(move || outcomes::count(program));
        runs += 1;
        assert_eq!(outcomes::executions(), schedules * runs, "two explorations of one program differ");
    }
    Row { strategy, schedules, seconds: start.elapsed().as_secs_f64() / runs as f64, runs, complete }
}
