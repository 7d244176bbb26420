import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { IoChannel, SHARED, SHARED_SLOTS, type ToIo } from "../../src/notebook/kernel/channel.js";

/** A talking thread that takes messages but passes nothing on, as if no subscriber had room. */
function stuckThread(): {
  readonly worker: Worker;
  readonly shared: Int32Array;
  readonly received: () => Promise<ToIo[]>;
} {
  const worker = new Worker(
    `
    const { parentPort } = require("node:worker_threads");
    const all = [];
    parentPort.on("message", (message) => message === "?" ? parentPort.postMessage(all) : all.push(message));`,
    { eval: true },
  );
  const received = () =>
    new Promise<ToIo[]>((resolve) => {
      worker.once("message", resolve);
      worker.postMessage("?");
    });
  return { worker, shared: new Int32Array(new SharedArrayBuffer(SHARED_SLOTS * 4)), received };
}

test("with a stuck subscriber memory stays bounded: output waits, then is dropped and counted", async () => {
  const { worker, shared, received } = stuckThread();
  const channel = new IoChannel(worker, shared, { mostWaiting: 1_000, patienceMs: 50 });
  const started = performance.now();
  for (let i = 0; i < 100; i++) channel.stream("stdout", "x".repeat(100));
  expect(performance.now() - started).toBeGreaterThan(45); // it waited once, not for each of the 90 dropped
  expect(performance.now() - started).toBeLessThan(1_000);
  channel.reply(1, { status: "ok" }); // never dropped
  expect((await received()).map(({ kind }) => kind)).toEqual([...Array.from({ length: 10 }, () => "stream"), "reply"]);

  Atomics.store(shared, SHARED.sent, 1_000); // the subscriber reads again
  channel.stream("stdout", "y");
  expect((await received()).slice(11)).toMatchObject([
    {
      kind: "stream",
      name: "stderr",
      text: expect.stringMatching(/^\[mm-lab\] 90 outputs were dropped here/) as string,
    },
    { kind: "stream", name: "stdout", text: "y" },
  ]);
  await worker.terminate();
});

test("waiting ends as soon as there is room", async () => {
  const { worker, shared } = stuckThread();
  const channel = new IoChannel(worker, shared, { mostWaiting: 1_000, patienceMs: 60_000 });
  channel.stream("stdout", "x".repeat(1_000));
  const reader = new Worker(
    `
    const { workerData } = require("node:worker_threads");
    setTimeout(() => { Atomics.add(workerData, ${SHARED.sent}, 1_000); Atomics.notify(workerData, ${SHARED.sent}); }, 100);`,
    { eval: true, workerData: shared },
  );
  const started = performance.now();
  channel.stream("stdout", "y");
  expect(performance.now() - started).toBeLessThan(10_000);
  await Promise.all([worker.terminate(), reader.terminate()]);
});
