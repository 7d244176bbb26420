/**
 * Events a second of the simulator: processes that sleep for a time, wake and sleep again (SimPy's `env.timeout`), and
 * processes that do so while they hold the one unit of a shared resource.
 *
 *   npm run bench events               10, 1,000 and 10,000 processes
 *   npm run bench events -- --memory   10^8 events, with the heap after each tenth of them
 *   npm run bench events -- --peers    beside SimPy's rates, measured in the same run (about a minute)
 *   npm run bench events -- --check    fails below 5 million timeouts a second with 1,000 processes
 *
 * A timeout counts as one event, with the resource too, where each also takes and gives back the lock, waits in its
 * queue and is woken: as bench/peers counts SimPy's. Times are drawn beforehand from a table, as there.
 *
 * Between two runs there is no full garbage collection on purpose: it makes V8 forget the optimised code whose objects
 * were all collected, and what it compiles for the next run is up to 40 % slower.
 */
import { parseArgs } from "node:util";
import { exponential, Mutex, mutexLock, mutexUnlock, simulating, sleep, type Path, Random } from "@mm-lab/kernel-model";
import { peerRows, versionsOf } from "./peer-rows";

const TABLE = 4096;
const MEAN = 1000;
const LEAST_RATE = 5e6;
const EVENTS = 1e8;
const random = new Random(1);
const delays = Float64Array.from({ length: TABLE }, () => exponential(MEAN).draw(random));

const { values } = parseArgs({
  options: { memory: { type: "boolean" }, check: { type: "boolean" }, peers: { type: "boolean" } },
});
if (values.memory === true) memory();
else rates();
if (values.peers === true) void beside();

function rates(): void {
  console.log(`Node ${process.version}, best of 3, one core; free prices, millions a second`);
  let rate = 0;
  for (const processes of [10, 1000, 10_000]) {
    const timeouts = best(() => timed(processes, 3e6, false).rate);
    const resource = best(() => timed(processes, 1e6, true).rate);
    if (processes === 1000) rate = timeouts;
    console.log(
      `  ${processes.toLocaleString("en").padStart(6)} processes: ${millions(timeouts)} timeouts/s, ${millions(resource)} timeouts/s with the resource`,
    );
  }
  if (values.check === true && rate < LEAST_RATE) {
    console.log(
      `DOES NOT HOLD: ${millions(rate)} M timeouts/s with 1,000 processes (at least ${millions(LEAST_RATE)})`,
    );
    process.exitCode = 1;
  }
}

function* sleeper(start: number): Path {
  for (let i = start; ; i++) yield* sleep(delays[i & (TABLE - 1)]!);
}

function* holder(resource: Mutex, start: number): Path {
  for (let i = start; ; i++) {
    yield* mutexLock(resource);
    yield* sleep(delays[i & (TABLE - 1)]!);
    yield* mutexUnlock(resource);
  }
}

/** Each process reads the table from a place of its own. */
function timed(
  processes: number,
  events: number,
  resource: boolean,
  watch: (share: number) => void = () => undefined,
): { rate: number; seconds: number } {
  const place = (process: number): number => Math.floor((process * TABLE) / processes);
  const duration = resource ? events * MEAN : (events * MEAN) / processes;
  const steps = simulating({
    setup: () => new Mutex("resource"),
    groups: [
      {
        name: "process",
        count: processes,
        path: resource ? (mutex, i) => holder(mutex, place(i)) : (_mutex, i) => sleeper(place(i)),
      },
    ],
    machine: { cores: 1, preset: "free" },
    duration,
  });
  let step = steps.next(); // makes the processes, and compiles a little
  const start = performance.now();
  while (step.done !== true) {
    watch(step.value.done / step.value.total);
    step = steps.next();
  }
  const seconds = (performance.now() - start) / 1000;
  return { rate: step.value.events / seconds, seconds };
}

/** The workloads that the peers run, with SimPy's rates beside ours. */
async function beside(): Promise<void> {
  const rows = (await peerRows(1)).filter(({ peer }) => peer === "simpy");
  if (rows.length === 0) console.log("SimPy could not run here: see the messages above.");
  else console.log(`\nBeside ${versionsOf(rows)}, millions of timeouts a second`);
  for (const { workload, processes, eventsPerSecond } of rows) {
    const resource = workload === "resource";
    const ours = best(() => timed(processes!, resource ? 1e6 : 3e6, resource).rate);
    console.log(
      `  ${resource ? "with the resource" : "timeouts only"}, ${processes!.toLocaleString("en")} processes: ours ${millions(ours)}, SimPy ${millions(eventsPerSecond!)}, ${(ours / eventsPerSecond!).toFixed(0)} x`,
    );
  }
}

/** The heap after each tenth of 10^8 events; what a run keeps may not grow with it. */
function memory(): void {
  const heaps: number[] = [];
  console.log(`${EVENTS.toLocaleString("en")} events, 1,000 processes; heap in use after each tenth, MiB`);
  const { rate, seconds } = timed(1000, EVENTS, false, (share) => {
    if (share < (heaps.length + 1) / 10) return;
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed / 2 ** 20);
    console.log(`  ${Math.round(100 * share)} %: ${heaps.at(-1)!.toFixed(2)}`);
  });
  const growth = heaps.at(-1)! - heaps[0]!;
  console.log(
    `${seconds.toFixed(1)} s, ${millions(rate)} M events/s; from the first tenth to the last the heap grew by ${growth.toFixed(2)} MiB`,
  );
  if (growth > 1) {
    console.log("DOES NOT HOLD: more than 1 MiB");
    process.exitCode = 1;
  }
}

function best(run: () => number): number {
  return Math.max(run(), run(), run());
}

function millions(rate: number): string {
  return (rate / 1e6).toFixed(2);
}
