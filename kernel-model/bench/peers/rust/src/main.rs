//! `peers loom|shuttle PROGRAM|all [--seconds S]`: one JSON line per program and strategy.
//!
//! What a program's steps are, and what each number counts, is written in ../../README.md.

mod loom_peer;
mod outcomes;
mod shuttle_peer;

use std::process::exit;
use std::time::Duration;

/// One measured row. `schedules` and `seconds` belong to one whole exploration (the mean of `runs` equal ones).
pub struct Row {
    pub strategy: &'static str,
    pub schedules: usize,
    pub seconds: f64,
    pub runs: usize,
    pub complete: bool,
}

/// The version of a dependency, as pinned: from the lock file this binary was built with.
fn version_of(name: &str) -> &'static str {
    include_str!("../Cargo.lock")
        .split("[[package]]")
        .find(|entry| entry.contains(&format!("name = \"{name}\"\n")))
        .and_then(|entry| entry.split("version = \"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .expect("Cargo.lock names every dependency")
}

fn print(peer: &str, program: &str, row: Result<Row, String>) {
    let version = version_of(peer);
    let head = format!("{{\"peer\":\"{peer}\",\"version\":\"{version}\",\"program\":\"{program}\"");
    match row {
        Ok(row) => println!(
            "{head},\"strategy\":\"{}\",\"schedules\":{},\"seconds\":{:.6},\"schedulesPerSecond\":{:.0},\"complete\":{},\"runs\":{},\"violations\":{},\"outcomes\":{}}}",
            row.strategy,
            row.schedules,
            row.seconds,
            row.schedules as f64 / row.seconds,
            row.complete,
            row.runs,
            outcomes::violations() / row.runs, // runs are equal
            outcomes::json(),
        ),
        Err(error) => println!("{head},\"error\":{error:?}}}"),
    }
}

/// Runs one exploration; a panic inside (a deadlock, say) becomes an error row and the next program still runs.
fn guarded(explore: impl FnOnce() -> Row) -> Result<Row, String> {
    outcomes::clear();
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(explore)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string())).unwrap_or_else(|| "panicked".into())
    })
}

fn usage(problem: &str) -> ! {
    let names: Vec<_> = loom_peer::programs::ALL.iter().map(|(name, _)| *name).collect();
    eprintln!("{problem}\nusage: peers loom|shuttle PROGRAM|all [--seconds S]\nprograms: {}", names.join(" "));
    exit(2);
}

fn main() {
    let mut words = Vec::new();
    let mut seconds = 1.0;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => {
                let text = args.next().unwrap_or_default();
                seconds = match text.parse::<f64>() {
                    Ok(s) if s > 0.0 && s <= 86_400.0 => s,
                    _ => usage(&format!("--seconds {text}: a number above 0 and at most 86400 is needed")),
                };
            }
            _ => words.push(arg),
        }
    }
    let [peer, program] = words.as_slice() else { usage("a peer and a program are needed") };
    let bound = Duration::from_secs_f64(seconds);

    let wanted = |name: &str| program == "all" || program == name;
    let mut met = false;
    match peer.as_str() {
        "loom" => {
            for (name, run) in loom_peer::programs::ALL.into_iter().filter(|(name, _)| wanted(name)) {
                met = true;
                for strategy in loom_peer::STRATEGIES {
                    print("loom", name, guarded(|| loom_peer::explore(run, strategy, bound)));
                }
            }
        }
        "shuttle" => {
            for (name, run) in shuttle_peer::programs::ALL.into_iter().filter(|(name, _)| wanted(name)) {
                met = true;
                print("shuttle", name, guarded(|| shuttle_peer::dfs(run, bound)));
                print("shuttle", name, guarded(|| shuttle_peer::random(run, bound)));
            }
        }
        _ => usage(&format!("no peer named {peer:?}")),
    }
    if !met {
        usage(&format!("no program named {program:?}"));
    }
}
