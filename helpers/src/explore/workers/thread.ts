import { parentPort, workerData } from "node:worker_threads";
import { exploringPart, type MayGoOn, type Program } from "@mm-lab/kernel-model";
import { fingerprintOf, sameProgram } from "./fingerprint.js";
import { loadProgram } from "./load-program.js";
import { toPlain } from "./plain-error.js";
import { FIRST_HIT, SCHEDULES, STEPS, STOP, type FromThread, type ThreadData, type ToThread } from "./protocol.js";
import { differs } from "./differs.js";

/*
 * A worker of an exploration: makes the program, and explores the parts that it is sent, one after the other. It is asked
 * to stop through shared memory, since it hears no message while it explores.
 */

/** Complete runs are counted in lots of so many, one by one near the bound. */
const LOT = 32;
const NEAR = 64 * LOT;
const REPORT_EVERY_MS = 100;

const port = parentPort!;
const data = workerData as ThreadData;
const flags = new Int32Array(data.flags);
const counts = new BigInt64Array(data.counts);
const send = (message: FromThread): void => port.postMessage(message);

/** Cells and modules are run again for what they declare: what they print was printed before. */
function mute(): void {
  process.stdout.write = process.stderr.write = (): boolean => true;
}

/** Complete runs that are not in the common count yet. */
let pending = 0;
let lot = 1;

/** Stops where all do, where an earlier part has something to say, and at the bounds of all workers together. */
function bounds(index: number): MayGoOn {
  let counted = 0;
  return (complete, steps) => {
    if (complete && ++pending >= lot) {
      const total = added(SCHEDULES, pending);
      pending = 0;
      lot = total + NEAR < data.maxSchedules ? LOT : 1;
      if (total > data.maxSchedules) Atomics.store(flags, STOP, 1);
    }
    if (data.maxTotalSteps !== Infinity) {
      if (added(STEPS, steps - counted) >= data.maxTotalSteps) Atomics.store(flags, STOP, 1);
      counted = steps;
    }
    return Atomics.load(flags, STOP) === 0 && Atomics.load(flags, FIRST_HIT) >= index;
  };
}

function added(count: typeof SCHEDULES | typeof STEPS, more: number): number {
  return Number(Atomics.add(counts, count, BigInt(more))) + more;
}

function explorePart(program: Program, { index, part }: ToThread): void {
  try {
    const search = exploringPart(program, part, data.options, bounds(index));
    let reported = performance.now();
    for (let step = search.next(); ; step = search.next()) {
      if (step.done === true) return send({ kind: "result", index, result: step.value });
      if (performance.now() - reported < REPORT_EVERY_MS) continue;
      reported = performance.now();
      send({ kind: "progress", index, runs: step.value.done, estimated: step.value.total });
    }
  } catch (error) {
    send({ kind: "error", index, error: toPlain(error) });
  }
}

mute();
try {
  const program = await loadProgram(data.source, data.fingerprint);
  const mine = fingerprintOf(program, data.options.maxSteps);
  if (!sameProgram(mine, data.fingerprint)) throw differs(data.source, mine, data.fingerprint);
  port.on("message", (message: ToThread) => explorePart(program, message));
  send({ kind: "ready" });
} catch (error) {
  send({ kind: "not ready", error: toPlain(error) });
}
