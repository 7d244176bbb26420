//! The programs on loom: dynamic partial-order reduction over schedules and over what a load may read.

#[path = "programs.rs"]
pub mod programs;

use crate::outcomes::{self, Outcome};
use crate::Row;
use loom::sync::atomic::{fence, AtomicUsize, Ordering::SeqCst};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

pub use loom::sync::{Mutex, RwLock};

/// How a program is put to loom.
#[derive(Clone, Copy)]
pub struct Strategy {
    name: &'static str,
    /// SeqCst fences around every access: outcomes are then those of sequential consistency. Without them loom treats
    /// a SeqCst access as AcqRel, so that a load may also read an older store.
    fenced: bool,
    /// Main joins the tasks. loom takes the end of a task and its join for racing steps, and explores their orders.
    joined: bool,
}

pub const STRATEGIES: [Strategy; 3] = [
    Strategy { name: "dpor-sc-nojoin", fenced: true, joined: false },
    Strategy { name: "dpor-sc", fenced: true, joined: true },
    Strategy { name: "dpor", fenced: false, joined: true },
];

static FENCED: AtomicBool = AtomicBool::new(true);
static JOINED: AtomicBool = AtomicBool::new(true);

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

/// Starts the tasks in order and, if the strategy joins, joins them in order: else there is no outcome to report.
pub fn run<const N: usize>(tasks: [Task; N]) -> Option<[usize; N]> {
    let handles = tasks.map(loom::thread::spawn);
    JOINED.load(Relaxed).then(|| handles.map(|handle| handle.join().unwrap()))
}

const INTERVAL: usize = 16;

pub fn explore(program: fn() -> Option<Outcome>, strategy: Strategy, bound: Duration) -> Row {
    FENCED.store(strategy.fenced, Relaxed);
    JOINED.store(strategy.joined, Relaxed);
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
    Row { strategy: strategy.name, schedules, seconds: start.elapsed().as_secs_f64() / runs as f64, runs, complete }
}
