import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { contents, errorOf, JupyterClient, resultText, streamText } from "./jupyter-client.js";

const kernels: JupyterClient[] = [];

async function start(cwd?: string): Promise<JupyterClient> {
  const kernel = await JupyterClient.start(cwd === undefined ? {} : { cwd });
  kernels.push(kernel);
  return kernel;
}

afterEach(async () => {
  for (const kernel of kernels.splice(0)) await kernel.kill();
});

test("shutdown with live timers takes less than a second, and the last output arrives", async () => {
  const kernel = await start();
  await kernel.execute(`setInterval(() => {}, 1_000); setTimeout(() => {}, 1e6);`);
  const { done } = kernel.begin(`for (let i = 0; i < 20_000; i++) console.log("line", i);`);
  expect(streamText(await done)).toHaveLength(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join("").length);
  expect(await kernel.shutdown()).toBeLessThan(1_000);
  expect(await kernel.exited).toBe(0);
  expect(kernel.processOutput).toBe("");
});

test("shutdown and restart work while a cell computes without a pause", async () => {
  const kernel = await start();
  void kernel.begin(`for (;;) {}`);
  await sleep(3_000);
  expect(await kernel.request("control", "kernel_info_request", {})).toMatchObject({ status: "ok" }); // and questions are answered
  expect(await kernel.shutdown(true)).toBeLessThan(1_000);
});

test("process.exit in a cell ends the kernel after its output has gone out", async () => {
  const kernel = await start();
  const texts: unknown[] = [];
  kernel.watch(({ content }) => texts.push(content["text"]));
  void kernel.begin(`console.log("farewell"); process.exit(3);`);
  expect(await kernel.exited).toBe(3);
  await sleep(100);
  expect(texts.join("")).toContain("farewell");
  expect(kernel.processOutput).toBe("");
});

test("a comm that a front end opens is closed again, as there are no widgets", async () => {
  const kernel = await start();
  const closed = new Promise((resolve) =>
    kernel.watch(({ header, content }) => {
      if (header.msg_type === "comm_close") resolve(content);
    }),
  );
  void kernel.request("shell", "comm_open", { comm_id: "c1", target_name: "jupyter.widget", data: {} });
  expect(await closed).toEqual({ comm_id: "c1", data: {} });
  expect(contents(await kernel.execute("1"), "execute_result")).toHaveLength(1);
});

test("a notebook outside the project finds its packages, typed; modules beside it are found, checked and loaded again after an edit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mm-lab-elsewhere-"));
  const write = (text: string): void => writeFileSync(join(folder, "mine.ts"), text);
  write(`export function twice(n: number): number {\n  if (n < 0) throw new Error("negative");\n  return 2 * n;\n}\n`);
  const kernel = await start(folder);
  const typed = await kernel.execute(
    `import { Random } from "@mm-lab/kernel-model";\nimport * as aq from "arquero";\nconst s: string = new Random(1).below(6);`,
  );
  expect(errorOf(typed).evalue).toBe("Type 'number' is not assignable to type 'string'.");
  expect(
    resultText(
      await kernel.execute(
        `import { Random } from "@mm-lab/kernel-model";\nimport { table } from "arquero";\ntable({ a: [new Random(1).below(6)] }).get("a", 0)`,
      ),
    ),
  ).toBe("3");

  expect(resultText(await kernel.execute(`import { twice } from "./mine";\ntwice(21)`))).toBe("42");
  expect(errorOf(await kernel.execute(`twice(-1)`)).traceback.join("\n")).toMatch(
    /at twice \(.*mine\.ts:2:20\)\n {4}at Cell \[4\], line 1:1$/,
  );
  write(`export function twice(n: number): number {\n  return 20 * n;\n}\n`);
  for (let tries = 0, text = ""; text !== "420"; tries++) {
    // the edit is noticed by a file watcher
    if (tries > 100) throw new Error(`still ${text}`);
    await sleep(50);
    text = resultText(await kernel.execute(`import { twice } from "./mine";\ntwice(21)`)) ?? "";
  }
  rmSync(folder, { recursive: true });
});
