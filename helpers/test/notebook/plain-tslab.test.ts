import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contents, JupyterClient, ROOT, streamText } from "./jupyter-client.js";

/** The kernel as `tslab install` registers it, with nothing of ours but the library that the notebook imports. */
let kernel: JupyterClient;

beforeAll(async () => {
  kernel = await JupyterClient.start({ command: [join(ROOT, "node_modules", "tslab", "bin", "tslab"), "kernel"] });
  const setUp = await kernel.execute(
    `import { experiment, params, show } from "@mm-lab/helpers";\nimport { Random } from "@mm-lab/kernel-model";\nimport * as aq from "arquero";`,
  );
  expect(setUp.reply["status"]).toBe("ok");
});

afterAll(() => kernel.kill());

const html = (data: unknown): string => (data as Record<string, string>)["text/html"] ?? "";

test("it is plain tslab", async () => {
  expect(await kernel.request("shell", "kernel_info_request", {})).toMatchObject({ implementation: "tslab" });
});

test("show and last values are rich, other values print, results are the same", async () => {
  const shown = await kernel.execute(`show(aq.table({ pages: [1, 2] }));\nnew Random(1).below(6)`);
  expect(contents(shown, "display_data").map(({ data }) => html(data))).toEqual([expect.stringContaining("<table")]);
  expect(streamText(shown)).toBe("3\n");
  const last = await kernel.execute(`aq.table({ pages: [1, 2] })`);
  expect(contents(last, "display_data").map(({ data }) => html(data))).toEqual([expect.stringContaining("<table")]);
  expect(streamText(last)).toBe("");
});

test("no output is lost", async () => {
  const lines = await kernel.execute(`for (let i = 0; i < 20_000; i++) console.log("line", i);`);
  expect(streamText(lines)).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
  const displays = await kernel.execute(`for (let i = 0; i < 1_700; i++) show(aq.table({ i: [i] }));`);
  expect(contents(displays, "display_data")).toHaveLength(1_700);
});

test("experiments run, show a bar, and stop on interrupt", async () => {
  const code = (total: number): string => `
    const sum${total} = await experiment(function* () {
      let sum = 0;
      for (let i = 0; i < ${total}; i++) { sum += i; const end = performance.now() + 1; while (performance.now() < end); yield { done: i + 1, total: ${total} }; }
      return sum;
    }, { title: "sum" });
    console.log(sum${total});`;
  expect(streamText(await kernel.execute(code(10)))).toBe("45\n");
  const { done, messages } = kernel.begin(code(1_000_000));
  while (!messages.some(({ content }) => html(content["data"] ?? {}).includes("<progress")))
    await new Promise((resolve) => setTimeout(resolve, 20));
  kernel.interruptBySignal();
  expect((await done).reply["status"]).toBe("error");
  await new Promise((resolve) => setTimeout(resolve, 300)); // plain tslab refuses what comes in the next 0.2 s
  expect(streamText(await kernel.execute("console.log(params({ pages: 3 }).pages)"))).toBe("3\n");
});
