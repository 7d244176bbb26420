import { writeSync } from "node:fs";
import { relative } from "node:path";
import { Worker } from "node:worker_threads";
import { root as projectRoot } from "../data/root.js";
import type { exploreInParallel } from "../explore/parallel.js";
import { setKernelBridge } from "./bridge.js";
import { Interrupted } from "./interrupted.js";
import { IoChannel, SHARED_SLOTS, type ToCells } from "./kernel/channel.js";
import { CellRunner } from "./kernel/cell-runner.js";
import { answerIsComplete, answerComplete, answerInspect } from "./kernel/assistance.js";
import { describeThrown } from "./kernel/error-content.js";
import { KernelInterrupts } from "./kernel/interrupts.js";
import type { IoThreadData } from "./kernel/io-thread.js";
import { redirectOutput, silenceExperimentalWarnings } from "./kernel/process-output.js";
import { Session } from "./kernel/session.js";
import { SourcePositions } from "./kernel/source-positions.js";
import { installStackTraces } from "./kernel/stack-traces.js";
import { loadTslab } from "./kernel/tslab-modules.js";

export interface KernelOptions {
  /** Jupyter's connection file. */
  readonly configPath: string;
  /** What the compiler complained about when the packages were built for this start; shown with the first cell. */
  readonly buildErrors?: readonly string[];
}

/**
 * Starts the Jupyter kernel in this process: tslab's compiler for cells, our own execution and protocol.
 *
 * Answers Jupyter after about 0.1 s; the first cell waits about another second for TypeScript. Ends with the process.
 */
export function startKernel({ configPath, buildErrors = [] }: KernelOptions): void {
  const shared = new SharedArrayBuffer(SHARED_SLOTS * Int32Array.BYTES_PER_ELEMENT);
  const flags = new Int32Array(shared);
  const worker = startIoThread({ configPath, shared, paced: process.env["MMLAB_PACE_OUTPUT"] !== "off" });
  const channel = new IoChannel(worker, flags);
  const interrupts = new KernelInterrupts(flags);
  const positions = new SourcePositions(projectRoot);
  const outside = relative(projectRoot, process.cwd()).startsWith("..");
  const tslab = loadTslab(outside ? projectRoot : undefined);
  tslab.jupyter.lastWriteDisplayData = (data, update) =>
    channel.publish(update === true ? "update_display_data" : "display_data", { ...data });
  const session = new Session(tslab, interrupts, positions, { folder: process.cwd(), projectRoot });
  const runner = new CellRunner(session, channel, positions, buildErrors);

  bridgeToHelpers(channel, interrupts, session);
  exploreWithoutHelpers();
  process.on("SIGINT", () => interrupts.fire());
  reportUncaught(session, positions);
  process.on("exit", () => channel.drain(1_000));
  worker.on("message", (message: ToCells) => {
    if (message.kind === "exit") process.exit(0);
    const { id, type, content } = message;
    switch (type) {
      case "execute_request":
        runner.add(id, content);
        break;
      case "complete_request":
        channel.reply(id, answerComplete(session, content));
        break;
      case "inspect_request":
        channel.reply(id, answerInspect(session, content));
        break;
      default:
        channel.reply(id, answerIsComplete(tslab, content));
    }
  });
  installStackTraces(positions);
  silenceExperimentalWarnings();
  redirectOutput(channel);
}

function startIoThread(workerData: IoThreadData): Worker {
  const worker = new Worker(new URL("./kernel/io-thread.js", import.meta.url), { workerData });
  worker.on("error", (error) => {
    // The process's own stderr (Jupyter's log): the way to the notebook is what failed.
    writeSync(2, `mm-lab kernel: the connection to Jupyter failed: ${error.stack ?? error.message}\n`);
    process.exit(1);
  });
  return worker;
}

/** What helpers that are called in cells need of the kernel. */
function bridgeToHelpers(channel: IoChannel, interrupts: KernelInterrupts, session: Session): void {
  setKernelBridge({
    display: ({ data, metadata }, { id, update } = {}) =>
      channel.publish(update === true ? "update_display_data" : "display_data", {
        data,
        metadata,
        transient: id === undefined ? {} : { display_id: id },
      }),
    onInterrupt: (listener) => interrupts.onInterrupt(listener),
    sourceOf: (value) => session.sourceOf(value),
  });
}

/** What cells throw after they have ended does not end the kernel. */
function reportUncaught(session: Session, positions: SourcePositions): void {
  const report = (thrown: unknown): void => {
    const { traceback } = describeThrown(thrown, positions);
    process.stderr.write(`Uncaught, after the cell that started it went on:\n${traceback.join("\n")}\n`);
  };
  process.on("uncaughtException", (error) => report(error));
  process.on("unhandledRejection", (reason) => {
    // What is left of a cell that was given up ends with Interrupted; that is no news.
    if (!(reason instanceof Interrupted) && !session.failRunning(reason)) report(reason);
  });
}

/** Cells that import the model alone can explore on workers too; what that takes is loaded when it is first wanted. */
function exploreWithoutHelpers(): void {
  const host = async (...given: Parameters<typeof exploreInParallel>): Promise<unknown> =>
    (await import("../explore/parallel.js")).exploreInParallel(...given);
  Object.defineProperty(globalThis, Symbol.for("mm-lab.explore-on-workers"), { value: host, configurable: true });
}
