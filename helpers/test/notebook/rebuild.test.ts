import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JupyterClient, resultText, ROOT, streamText } from "./jupyter-client.js";

/** A copy of the project that the test may edit. */
let copy: string;
let errorsFile: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "mm-lab-copy-"));
  errorsFile = join(copy, "kernel-model", "src", "base", "hash.ts");
  for (const name of ["kernel-model", "helpers", "tsconfig.json", "package.json", ".mm-lab"]) {
    cpSync(join(ROOT, name), join(copy, name), {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => !/[\\/](test|bench)$|\.lock$/.test(path),
    });
  }
  mkdirSync(join(copy, "node_modules", "@mm-lab"), { recursive: true });
  mkdirSync(join(copy, "notebooks"));
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name !== "@mm-lab" && name !== ".bin")
      symlinkSync(join(ROOT, "node_modules", name), join(copy, "node_modules", name));
  }
  for (const name of ["kernel-model", "helpers"])
    symlinkSync(join(copy, name), join(copy, "node_modules", "@mm-lab", name));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** A fresh kernel, as after "restart kernel": what the first cell prints and gives. */
async function restartAndRun(
  code: string,
): Promise<{ readonly text: string | undefined; readonly stderr: string; readonly status: unknown }> {
  const kernel = await JupyterClient.start({
    command: [join(copy, "helpers", "jupyter", "kernel.mjs")],
    cwd: join(copy, "notebooks"),
  });
  try {
    const execution = await kernel.execute(code);
    return { text: resultText(execution), stderr: streamText(execution, "stderr"), status: execution.reply["status"] };
  } finally {
    await kernel.kill();
  }
}

test("an edited model takes effect after a restart; type errors are shown and the new code runs; broken syntax leaves the previous build", async () => {
  const original = readFileSync(errorsFile, "utf8");
  const edit = (line: string): void => writeFileSync(errorsFile, `${original}\n${line}\n`);

  edit(`export const edited: number = 1;`);
  expect(await restartAndRun(`import { edited } from "@mm-lab/kernel-model";\nedited`)).toEqual({
    text: "1",
    stderr: expect.not.stringContaining("hash.ts") as string,
    status: "ok",
  });

  edit(`export const edited: number = "two" as string;`);
  const typed = await restartAndRun(`import { edited } from "@mm-lab/kernel-model";\nedited`);
  expect(typed.text).toBe("'two'");
  expect(typed.stderr).toMatch(
    /do not compile cleanly:\n(.*\n)*kernel-model\/src\/base\/hash\.ts\(\d+,14\): error TS2322: Type 'string' is not assignable to type 'number'\./,
  );

  edit(`export const edited: number = (3;`);
  const broken = await restartAndRun(`import { edited } from "@mm-lab/kernel-model";\nedited`);
  expect(broken.text).toBe("'two'");
  expect(broken.stderr).toMatch(
    /hash\.ts\(\d+,33\): error TS1005: '\)' expected\.\n(.*\n)*The previous build is in use\./,
  );
});
