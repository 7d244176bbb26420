import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, run } from "../setup/copy.js";

/** The modules of mechanisms that a program evaluates, as `zswap/model/state.js`: V8 lists every script that it ran. */
async function evaluated(args: readonly string[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "mm-lab-lazy-"));
  try {
    const { status, stderr } = await run(process.execPath, args, {
      env: { ...process.env, NODE_V8_COVERAGE: folder },
    });
    expect([status, stderr]).toEqual([0, ""]);
    const scripts = readdirSync(folder).flatMap(
      (file) => (JSON.parse(readFileSync(join(folder, file), "utf8")) as { result: { url: string }[] }).result,
    );
    return scripts.flatMap(({ url }) => /\/kernel-model\/dist\/mechanisms\/([^/]+\/.+)$/.exec(url)?.[1] ?? []).sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const DECLARATIONS = ["ksm/mechanism.js", "zswap/mechanism.js"];
const script = (code: string): string[] => ["--input-type=module", "-e", code];

test("importing the package, and looking at what there is, evaluates no mechanism", async () => {
  const look =
    "for (const { title } of [...model.mechanisms, ...model.explorables]) if (title === '') throw 1; Object.keys(model);";
  expect(await evaluated(script(`import * as model from "@mm-lab/kernel-model"; ${look}`))).toEqual(DECLARATIONS);
  expect(await evaluated(["-e", `const model = require("@mm-lab/kernel-model"); ${look}`])).toEqual(DECLARATIONS);
  expect(await evaluated(script('import "@mm-lab/helpers"'))).toEqual(DECLARATIONS);
});

test("a mechanism that is used is evaluated, and no other", async () => {
  for (const seen of [
    await evaluated(script('import { zswap } from "@mm-lab/kernel-model"; if (!(zswap.SATURATION > 0)) throw 1')),
    await evaluated(["-e", 'if (!(require("@mm-lab/kernel-model").zswap.SATURATION > 0)) throw 1']),
    await evaluated(script('import "@mm-lab/kernel-model/zswap"')),
  ]) {
    expect(seen).toEqual(expect.arrayContaining(["zswap/index.js", "zswap/model/state.js"]));
    expect(seen.filter((file) => file.startsWith("ksm/") && file !== "ksm/mechanism.js")).toEqual([]);
  }
});

test("the list of commands knows no mechanism; the help of one loads only what it lists", async () => {
  const mmLab = (...args: string[]): Promise<readonly string[]> =>
    evaluated([join(ROOT, "helpers", "setup", "mm-lab.mjs"), ...args]);
  expect(await mmLab("--help")).toEqual([]);
  expect(await mmLab("simulate", "--help")).toEqual(DECLARATIONS);
  expect(await mmLab("explore", "--help")).toEqual(DECLARATIONS);
  const zswap = await mmLab("simulate", "zswap", "--help");
  expect(zswap).toContain("zswap/model/state.js");
  expect(zswap.filter((file) => /^(?:ksm|zswap\/(?:checks|evidence))\//.test(file))).toEqual(["ksm/mechanism.js"]);
});
