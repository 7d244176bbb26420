//! The programs on shuttle: every interleaving depth first, and interleavings drawn at random.

#[path = "programs.rs"]
pub mod programs;

use crate::outcomes::{self, Outcome};
use crate::Row;
use shuttle::scheduler::{DfsScheduler, RandomScheduler, Schedule, Scheduler, Task as ShuttleTask, TaskId};
use shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use shuttle::{Config, FailurePersistence, Runner};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use shuttle::sync::{Mutex, RwLock};

pub struct Atomic(AtomicUsize);

impl Atomic {
    pub fn new(value: usize) -> Self {
        Atomic(AtomicUsize::new(value))
    }
    pub fn load(&self) -> usize {
        self.0.load(SeqCst)
    }
    pub fn store(&self, value: usize) {
        self.0.store(value, SeqCst)
    }
    pub fn add(&self, value: usize) -> usize {
        self.0.fetch_add(value, SeqCst)
    }
    /// Compare and swap; true if it swapped.
    pub fn cas(&self, from: usize, to: usize) -> bool {
        self.0.compare_exchange(from, to, SeqCst, SeqCst).is_ok()
    }
    /// The value after every task was joined: not a step.
    pub fn last(&self) -> usize {
        unsafe { self.0.raw_load() }
    }
}

pub type Task = Box<dyn FnOnce() -> usize + Send>;

/// Starts the tasks in order and joins them in order.
pub fn run<const N: usize>(tasks: [Task; N]) -> Option<[usize; N]> {
    Some(tasks.map(shuttle::thread::spawn).map(|handle| handle.join().unwrap()))
}

/// A scheduler that says whether it came to its end (`Runner::run` returns a number either way), and that is not
/// dropped: shuttle's random scheduler, dropped when its time is up, reports a failing seed although nothing failed.
struct Watched<S> {
    inner: ManuallyDrop<S>,
    ended: Arc<AtomicBool>,
}

impl<S: Scheduler> Scheduler for Watched<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        let schedule = self.inner.new_execution();
        if schedule.is_none() {
            self.ended.store(true, Relaxed);
        }
        schedule
    }
    fn next_task(&mut self, runnable: &[&ShuttleTask], current: Option<TaskId>, yielding: bool) -> Option<TaskId> {
        self.inner.next_task(runnable, current, yielding)
    }
    fn next_u64(&mut self) -> u64 {
        self.inner.next_u64()
    }
}

/// Runs `program` under `scheduler` until its end or the bound; true if it came to its end.
fn ended<S: Scheduler + 'static>(scheduler: S, bound: Option<Duration>, program: fn() -> Option<Outcome>) -> bool {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.max_time = bound;
    let ended = Arc::new(AtomicBool::new(false));
    let scheduler = Watched { inner: ManuallyDrop::new(scheduler), ended: ended.clone() };
    Runner::new(scheduler, config).run(move || outcomes::count(program));
    ended.load(Relaxed)
}

pub fn dfs(program: fn() -> Option<Outcome>, bound: Duration) -> Row {
    let start = Instant::now();
    let complete = ended(DfsScheduler::new(None, false), Some(bound), program);
    let schedules = outcomes::executions();
    let mut runs = 1;
    while complete && start.elapsed() < bound {
        ended(DfsScheduler::new(None, false), None, program);
        runs += 1;
        assert_eq!(outcomes::executions(), schedules * runs, "two explorations of one program differ");
    }
    Row { strategy: "dfs", schedules, seconds: start.elapsed().as_secs_f64() / runs as f64, runs, complete }
}

pub fn random(program: fn() -> Option<Outcome>, bound: Duration) -> Row {
    let start = Instant::now();
    ended(RandomScheduler::new_from_seed(1, usize::MAX), Some(bound), program);
    let seconds = start.elapsed().as_secs_f64();
    Row { strategy: "random", schedules: outcomes::executions(), seconds, runs: 1, complete: false }
}
