import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contents, JupyterClient, streamText } from "./jupyter-client.js";

let kernel: JupyterClient;

beforeAll(async () => {
  kernel = await JupyterClient.start();
});

afterAll(async () => {
  await kernel.kill();
  expect(kernel.processOutput).toBe(""); // everything went to the notebook, Node had nothing to complain about
});

test("100,000 lines arrive in order, and the cell becomes idle", async () => {
  const execution = await kernel.execute(`for (let i = 0; i < 100_000; i++) console.log("line", i);`);
  expect(execution.reply["status"]).toBe("ok");
  expect(streamText(execution)).toBe(Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join(""));
  expect(execution.messages.at(-1)?.content).toEqual({ execution_state: "idle" });
});

test("stdout and stderr arrive interleaved as written", async () => {
  const execution = await kernel.execute(
    `for (let i = 0; i < 1_000; i++) { console.log("out", i); console.error("err", i); }`,
  );
  const written = contents(execution, "stream").map(({ name, text }) => `${String(name)}:${String(text)}`);
  expect(written).toEqual(Array.from({ length: 1_000 }, (_, i) => [`stdout:out ${i}\n`, `stderr:err ${i}\n`]).flat());
});

test("5,000 displays in one cell arrive in order, between the prints around them", async () => {
  await kernel.execute(`import { display } from "tslab";`);
  const execution = await kernel.execute(
    `console.log("before"); for (let i = 0; i < 5_000; i++) display.text("d" + i); console.log("after");`,
  );
  const shown = execution.messages
    .filter(({ header }) => header.msg_type === "display_data" || header.msg_type === "stream")
    .map(({ content }) => (content["data"] as Record<string, string> | undefined)?.["text/plain"] ?? content["text"]);
  expect(shown).toEqual(["before\n", ...Array.from({ length: 5_000 }, (_, i) => `d${i}`), "after\n"]);
});

test("process.stdout.write: text, bytes cut inside a character, encodings, callbacks", async () => {
  const execution = await kernel.execute(`
    process.stdout.write("a\\n");
    const bytes = Buffer.from("ü€\\n");
    process.stdout.write(bytes.subarray(0, 3));
    process.stdout.write(bytes.subarray(3));
    process.stdout.write("YmFzZTY0Cg==", "base64");
    await new Promise<void>((resolve) => process.stdout.write("called back\\n", () => resolve()));
    await new Promise<void>((resolve) => process.stderr.write("error\\n", "utf8", () => resolve()));`);
  expect(streamText(execution, "stdout")).toBe("a\nü€\nbase64\ncalled back\n");
  expect(streamText(execution, "stderr")).toBe("error\n");
});

test("a huge single output is cut with a note of its length, and the kernel lives", async () => {
  const execution = await kernel.execute(`console.log("x".repeat(50_000_000)); console.log("next");`);
  const text = streamText(execution);
  expect(text.length).toBeLessThan(1_100_000);
  expect(text).toMatch(
    /^x{1000000}\n\[mm-lab\] output truncated: 50,000,001 characters were written at once, the first 1,000,000 are shown\.\nnext\n$/,
  );
  expect(execution.reply["status"]).toBe("ok");
});

test("output appears while a cell computes without a pause", async () => {
  const { done, messages } = kernel.begin(
    `console.log("early"); const end = Date.now() + 1_500; while (Date.now() < end); console.log("late");`,
  );
  const started = performance.now();
  while (!messages.some(({ content }) => content["text"] === "early\n") && performance.now() - started < 10_000)
    await sleep(10);
  expect(messages.some(({ content }) => String(content["text"]).includes("late"))).toBe(false);
  expect(streamText(await done)).toBe("early\nlate\n");
});

test("importing ES modules prints no warning", async () => {
  const execution = await kernel.execute(`
    import * as model from "@mm-lab/kernel-model";
    import * as helpers from "@mm-lab/helpers";
    import * as aq from "arquero";
    const draw: number = new model.Random(1).below(6);
    const table = aq.table({ draw: [draw] });
    helpers.show(table);
    console.log(typeof model.checkInteger, typeof helpers.show, table.numRows());`);
  expect(execution.reply["status"]).toBe("ok");
  expect(streamText(execution, "stderr")).toBe("");
  expect(streamText(execution, "stdout")).toBe("function function 1\n");
  expect(contents(execution, "display_data")[0]?.["data"]).toHaveProperty(
    "text/html",
    expect.stringContaining("<table"),
  );
});
