//! The programs, written once and compiled against each peer: `super` supplies Atomic, Mutex, RwLock, Task and run.
//! Every method of Atomic, every lock and every unlock is one step; the lists of steps are in ../../README.md.
//! State is shared through `std::sync::Arc`, which neither engine sees.

use super::{run, Atomic, Mutex, RwLock, Task};
use crate::outcomes::{ensure, Outcome};
use std::sync::Arc;

pub type Program = fn() -> Option<Outcome>;

pub const ALL: [(&str, Program); 11] = [
    ("racing-increments-3", racing_increments_3),
    ("locked-increments-3", locked_increments_3),
    ("peterson-2", peterson_2),
    ("dekker-2", dekker_2),
    ("philosophers-3", philosophers_3),
    ("treiber-2", treiber_2),
    ("readers-writer-2-1", readers_writer_2_1),
    ("double-checked-3", double_checked_3),
    ("indexer-3", indexer_3),
    ("last-zero-3", last_zero_3),
    ("message-passing-3", message_passing_3),
];

/// A task: `body` over the shared state.
fn task<S: Send + Sync + 'static>(state: &Arc<S>, body: impl FnOnce(&S) -> usize + Send + 'static) -> Task {
    let state = state.clone();
    Box::new(move || body(&state))
}

fn zeros<const N: usize>() -> [Atomic; N] {
    std::array::from_fn(|_| Atomic::new(0))
}

fn racing_increments_3() -> Option<Outcome> {
    let x = Arc::new(Atomic::new(0));
    let increment = |x: &Atomic| {
        let value = x.load();
        x.store(value + 1);
        0
    };
    run([task(&x, increment), task(&x, increment), task(&x, increment)])?;
    Some(vec![x.last()])
}

fn locked_increments_3() -> Option<Outcome> {
    struct State {
        m: Mutex<()>,
        counter: Atomic,
    }
    let state = Arc::new(State { m: Mutex::new(()), counter: Atomic::new(0) });
    let increment = |s: &State| {
        let guard = s.m.lock().unwrap();
        let value = s.counter.load();
        s.counter.store(value + 1);
        drop(guard);
        0
    };
    run([task(&state, increment), task(&state, increment), task(&state, increment)])?;
    ensure(state.counter.last() == 3);
    Some(vec![state.counter.last()])
}

fn peterson_2() -> Option<Outcome> {
    struct State {
        flag: [Atomic; 2],
        turn: Atomic,
        counter: Atomic,
    }
    let state = Arc::new(State { flag: zeros(), turn: Atomic::new(0), counter: Atomic::new(0) });
    let enter = |me: usize| {
        move |s: &State| {
            let other = 1 - me;
            s.flag[me].store(1);
            s.turn.store(other);
            let gives_up = s.flag[other].load() == 1 && s.turn.load() == other;
            if !gives_up {
                let value = s.counter.load();
                s.counter.store(value + 1);
            }
            s.flag[me].store(0);
            usize::from(!gives_up)
        }
    };
    let [entered0, entered1] = run([task(&state, enter(0)), task(&state, enter(1))])?;
    ensure(state.counter.last() == entered0 + entered1);
    Some(vec![entered0, entered1, state.counter.last()])
}

fn dekker_2() -> Option<Outcome> {
    struct State {
        flag: [Atomic; 2],
        counter: Atomic,
    }
    let state = Arc::new(State { flag: zeros(), counter: Atomic::new(0) });
    let enter = |me: usize| {
        move |s: &State| {
            s.flag[me].store(1);
            let enters = s.flag[1 - me].load() == 0;
            if enters {
                let value = s.counter.load();
                s.counter.store(value + 1);
            }
            s.flag[me].store(0);
            usize::from(enters)
        }
    };
    let [entered0, entered1] = run([task(&state, enter(0)), task(&state, enter(1))])?;
    ensure(state.counter.last() == entered0 + entered1);
    Some(vec![entered0, entered1, state.counter.last()])
}

fn philosophers_3() -> Option<Outcome> {
    struct State {
        fork: [Mutex<()>; 3],
        meals: Atomic,
    }
    let state = Arc::new(State { fork: std::array::from_fn(|_| Mutex::new(())), meals: Atomic::new(0) });
    let dine = |me: usize| {
        move |s: &State| {
            let (left, right) = (me, (me + 1) % 3);
            let lower = s.fork[left.min(right)].lock().unwrap();
            let higher = s.fork[left.max(right)].lock().unwrap();
            s.meals.add(1);
            drop(higher);
            drop(lower);
            0
        }
    };
    run([task(&state, dine(0)), task(&state, dine(1)), task(&state, dine(2))])?;
    ensure(state.meals.last() == 3);
    Some(vec![state.meals.last()])
}

fn treiber_2() -> Option<Outcome> {
    const ATTEMPTS: usize = 2;
    const GAVE_UP: usize = 3;
    struct Stack {
        head: Atomic,      // 0: empty; else the node on top
        next: [Atomic; 3], // next[n]: the node below node n
    }
    fn push(s: &Stack, node: usize) -> bool {
        for _ in 0..ATTEMPTS {
            let head = s.head.load();
            s.next[node].store(head);
            if s.head.cas(head, node) {
                return true;
            }
        }
        false
    }
    fn pop(s: &Stack) -> usize {
        for _ in 0..ATTEMPTS {
            let head = s.head.load();
            if head == 0 {
                return 0;
            }
            let next = s.next[head].load();
            if s.head.cas(head, next) {
                return head;
            }
        }
        GAVE_UP
    }
    let stack = Arc::new(Stack { head: Atomic::new(0), next: zeros() });
    let pusher = |s: &Stack| {
        let first = push(s, 1);
        let second = push(s, 2);
        2 * usize::from(first) + usize::from(second)
    };
    let popper = |s: &Stack| {
        let first = pop(s);
        let second = pop(s);
        4 * first + second
    };
    let [pushed, popped] = run([task(&stack, pusher), task(&stack, popper)])?;
    let (first, second) = (popped / 4, popped % 4);
    ensure(first != second || first == 0 || first == GAVE_UP);
    Some(vec![pushed / 2, pushed % 2, first, second, stack.head.last()])
}

fn readers_writer_2_1() -> Option<Outcome> {
    struct State {
        lock: RwLock<()>,
        x: Atomic,
    }
    let state = Arc::new(State { lock: RwLock::new(()), x: Atomic::new(0) });
    let reader = |s: &State| {
        let guard = s.lock.read().unwrap();
        let value = s.x.load();
        drop(guard);
        value
    };
    let writer = |s: &State| {
        let guard = s.lock.write().unwrap();
        s.x.store(1);
        s.x.store(2);
        drop(guard);
        0
    };
    let [read0, read1, _] = run([task(&state, reader), task(&state, reader), task(&state, writer)])?;
    ensure(read0 != 1 && read1 != 1);
    Some(vec![read0, read1, state.x.last()])
}

fn double_checked_3() -> Option<Outcome> {
    struct State {
        m: Mutex<()>,
        init: Atomic,
        data: Atomic,
    }
    let state = Arc::new(State { m: Mutex::new(()), init: Atomic::new(0), data: Atomic::new(0) });
    let initialise = |me: usize| {
        move |s: &State| {
            let mut did = 0;
            if s.init.load() == 0 {
                let guard = s.m.lock().unwrap();
                if s.init.load() == 0 {
                    s.data.store(me + 1);
                    s.init.store(1);
                    did = 1;
                }
                drop(guard);
            }
            did
        }
    };
    let did = run([task(&state, initialise(0)), task(&state, initialise(1)), task(&state, initialise(2))])?;
    ensure(did.iter().sum::<usize>() == 1);
    Some(vec![state.data.last(), state.init.last()])
}

fn indexer_3() -> Option<Outcome> {
    const SIZE: usize = 128;
    let table = Arc::new(zeros::<SIZE>());
    let insert = |me: usize| {
        move |table: &[Atomic; SIZE]| {
            let mut probes = 0;
            for message in 1..=2 {
                let w = message * 11 + me;
                let mut h = (w * 7) % SIZE;
                probes += 1;
                while !table[h].cas(0, w) {
                    h = (h + 1) % SIZE;
                    probes += 1;
                }
            }
            probes
        }
    };
    let probes = run([task(&table, insert(0)), task(&table, insert(1)), task(&table, insert(2))])?;
    ensure(probes == [2, 2, 2]);
    Some(probes.to_vec())
}

fn last_zero_3() -> Option<Outcome> {
    let a = Arc::new(zeros::<4>());
    let scan = |a: &[Atomic; 4]| {
        let mut i = 3;
        while a[i].load() != 0 {
            i -= 1; // a[0] stays 0
        }
        i
    };
    let raise = |i: usize| {
        move |a: &[Atomic; 4]| {
            let value = a[i - 1].load();
            a[i].store(value + 1);
            0
        }
    };
    let [last, ..] = run([task(&a, scan), task(&a, raise(1)), task(&a, raise(2)), task(&a, raise(3))])?;
    Some(vec![last, a[1].last(), a[2].last(), a[3].last()])
}

fn message_passing_3() -> Option<Outcome> {
    struct State {
        data: Atomic,
        flag: Atomic,
    }
    let state = Arc::new(State { data: Atomic::new(0), flag: Atomic::new(0) });
    let writer = |s: &State| {
        s.data.store(1);
        s.flag.store(1);
        0
    };
    let reader = |s: &State| {
        let flag = s.flag.load();
        let data = s.data.load();
        2 * flag + data
    };
    let [_, read1, read2] = run([task(&state, writer), task(&state, reader), task(&state, reader)])?;
    ensure(read1 != 2 && read2 != 2); // the flag without the data
    Some(vec![read1 / 2, read1 % 2, read2 / 2, read2 % 2])
}
