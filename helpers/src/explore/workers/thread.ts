import { parentPort, workerData } from "node:worker_threads";
import { fingerprintOf, sameProgram } from "./fingerprint.js";
import { loadProgram } from "./load-program.js";
import { toPlain } from "./plain-error.js";
import { PartExplorer } from "./part-explorer.js";
import type { FromThread, ThreadData, ToThread } from "./protocol.js";
import { differs } from "./differs.js";

/*
 * A worker of an exploration: makes the program, and explores the parts that it is sent, one after the other. It is asked
 * to stop through shared memory, since it hears no message while it explores.
 */

const REPORT_EVERY_MS = 100;

const port = parentPort!;
const data = workerData as ThreadData;
const send = (message: FromThread): void => port.postMessage(message);

/** Cells and modules are run again for what they declare: what they print was printed before. */
function mute(): void {
  process.stdout.write = process.stderr.write = (): boolean => true;
}

function exploreHere(explorer: PartExplorer, { index, part }: ToThread): void {
  const search = explorer.exploring(index, part);
  let reported = performance.now();
  for (let step = search.next(); ; step = search.next()) {
    if (step.done === true) return send(step.value);
    if (performance.now() - reported < REPORT_EVERY_MS) continue;
    reported = performance.now();
    send(step.value);
  }
}

mute();
try {
  const program = await loadProgram(data.source, data.fingerprint);
  const mine = fingerprintOf(program, data.options.maxSteps);
  if (!sameProgram(mine, data.fingerprint)) throw differs(data.source, mine, data.fingerprint);
  const explorer = new PartExplorer(program, data);
  port.on("message", (message: ToThread) => exploreHere(explorer, message));
  send({ kind: "ready" });
} catch (error) {
  send({ kind: "not ready", error: toPlain(error) });
}
