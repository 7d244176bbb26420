import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { findChromium } from "../../src/doctor/chromium.js";
import type { CommandHost } from "../../src/cli/command.js";
import { command as doctorCommand } from "../../src/cli/doctor.js";
import { parseCommandLine, parseParameters, type OptionSpecs } from "../../src/cli/arguments.js";
import { ROOT, run, type Ended } from "../setup/copy.js";

const mmLab = (...args: string[]): Promise<Ended> =>
  run(process.execPath, [join(ROOT, "helpers", "setup", "mm-lab.mjs"), ...args]);

test("the help lists every command, and each command has a help of its own", async () => {
  const { status, stdout } = await mmLab("--help");
  expect(status).toBe(0);
  const names = [...stdout.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S/gm)].map((match) => match[1] ?? "");
  expect(names).toEqual(expect.arrayContaining(["start", "doctor", "run", "export"]));
  for (const name of names) {
    const help = await mmLab(...name.split(" "), "--help");
    expect(help.status, name).toBe(0);
    expect(help.stdout).toContain(`Usage: mm-lab ${name}`);
    expect(help.stdout).toContain("-h, --help");
  }
});

test.each<[string, string[], RegExp]>([
  [
    "a misspelt command",
    ["docter"],
    /the command is "docter"; accepted: one of "start", [^]*Next: did you mean "doctor"/,
  ],
  [
    "a misspelt option",
    ["run", "x.ipynb", "--chek"],
    /an option of mm-lab run is "--chek"; accepted: [^]*Next: did you mean "--check"/,
  ],
  [
    "an option without its value",
    ["run", "x.ipynb", "--out", "--json"],
    /--out is "--json"; accepted: a value \(FILE\)/,
  ],
  ["a value for a flag", ["doctor", "--json=yes"], /--json is "yes"; accepted: no value/],
  ["an option twice", ["run", "x.ipynb", "--out", "a", "--out", "b"], /--out is "b"; accepted: to be given once/],
  ["arguments of JupyterLab without the dashes", ["start", "8890"], /Next: write mm-lab start -- 8890/],
])("wrong use: %s", async (_what, args, message) => {
  const { status, stdout, stderr } = await mmLab(...args);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(status).toBe(2);
  expect(stdout).toBe("");
});

test("without a command the help is shown and the status says that nothing was done", async () => {
  expect(await mmLab()).toMatchObject({
    status: 2,
    stdout: expect.stringContaining("Usage: mm-lab COMMAND") as string,
  });
});

describe("arguments", () => {
  const specs: OptionSpecs = {
    param: { kind: "list", short: "p", help: "" },
    out: { kind: "text", help: "" },
    json: { kind: "flag", help: "" },
  };

  test("options, short forms, repeated ones, positionals and the rest after --", () => {
    const input = parseCommandLine(
      "x",
      ["a", "-p", "k=v", "--param=l=w", "--out=--odd", "b", "--json", "--", "--port", "1"],
      specs,
    );
    expect(input.positionals).toEqual(["a", "b"]);
    expect(input.list("param")).toEqual(["k=v", "l=w"]);
    expect(input.flag("json")).toBe(true);
    expect(input.rest).toEqual(["--port", "1"]);
  });

  test("names of Object.prototype are no options and no danger", () => {
    expect(() => parseCommandLine("x", ["--constructor"], specs)).toThrow(/an option of mm-lab x is "--constructor"/);
    const values = parseParameters(["__proto__=1", "a==b", 'text="42"', "number=42", "none=", "nan=NaN"]);
    expect(Object.keys(values)).toEqual(["__proto__", "a", "text", "number", "none", "nan"]);
    expect(values).toMatchObject({ a: "=b", text: "42", number: 42, none: "", nan: "NaN" });
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
  });
});

test("the doctor finds this installation in order and knows its versions", async () => {
  const { status, stdout, stderr } = await mmLab("doctor", "--json");
  const { ok, findings } = JSON.parse(stdout) as {
    ok: boolean;
    findings: { section: string; what: string; found: string; state: string; meaning: string }[];
  };
  const broken = findings.filter(({ state, what }) => state === "broken" && what !== "compiled packages"); // others may be at work on the sources
  expect(broken, stderr).toEqual([]);
  expect(status).toBe(ok ? 0 : 1);
  const found = new Map(findings.map(({ what, found: value }) => [what, value]));
  const pin = /^jupyterlab==(\S+)$/m.exec(
    readFileSync(join(ROOT, "helpers", "jupyter", "requirements.txt"), "utf8"),
  )?.[1];
  expect(found.get("Node")).toContain(process.versions.node);
  expect(found.get("jupyterlab")).toBe(pin);
  expect(found.get("TypeScript of tslab")).toBe("5.0.4");
  expect(found.get("TypeScript of the project")).toMatch(/^5\.9\./);
  expect(found.get("kernelspec tslab")).toContain(join(".venv", "share", "jupyter", "kernels", "tslab"));
  expect(found.get("started as")).toContain("kernel.mjs");
  expect(found.get("tslab loaded")).toBe(join(ROOT, "node_modules", "tslab"));
  expect(
    findings.every(({ state, meaning }) => state === "good" || meaning !== ""),
    "whatever is not good says what to do",
  ).toBe(true);
});

test("the doctor fails only for what is needed to run", async () => {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  try {
    const host: CommandHost = {
      root: ROOT,
      loadedFrom: 0,
      buildErrors: ["a.ts(1,1): error TS1: x"],
      ensurePython: () => Promise.resolve(),
      start: () => Promise.resolve(0),
      problems: () => Promise.resolve([{ part: ".venv", problem: "was not finished", remedy: "run `npm start`" }]),
    };
    expect(await doctorCommand.run(parseCommandLine("doctor", [], doctorCommand.options), host)).toBe(1);
  } finally {
    write.mockRestore();
  }
  expect(written.join("")).toMatch(/!! compiled packages +1 type error\(s\), first: a\.ts/);
  expect(written.join("")).toMatch(/!! \.venv +was not finished\n +run `npm start`/);
  expect(written.join("").trimEnd()).toMatch(/2 thing\(s\) keep mm-lab from running: compiled packages, \.venv\.$/);
});

test("output cut off by a closed pipe is no error", async () => {
  const { stderr, status } = await run("/bin/bash", [
    "-c",
    `set -o pipefail; "${process.execPath}" "${join(ROOT, "helpers", "setup", "mm-lab.mjs")}" doctor --json | true`,
  ]); // the reader is gone before the first byte
  expect(stderr).not.toContain("EPIPE");
  expect(status).toBe(0);
});

test("a Chromium named in MMLAB_CHROMIUM must be one", () => {
  expect(() => findChromium({ MMLAB_CHROMIUM: "/nowhere/chromium" })).toThrow(
    /MMLAB_CHROMIUM is "\/nowhere\/chromium"; accepted: the path of a Chromium/,
  );
  expect(findChromium({ MMLAB_CHROMIUM: process.execPath })).toBe(process.execPath);
  expect(findChromium({ PATH: "" })?.startsWith("/usr/bin") ?? false).toBe(false);
});
