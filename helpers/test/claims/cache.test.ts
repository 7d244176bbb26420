import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Evidence, finish, judge, type Experiments, type Finding, type Progress } from "@mm-lab/kernel-model";
import { CodeVersion } from "../../src/claims/code-version.js";
import { FindingCache, type FindingCacheOptions } from "../../src/claims/finding-cache.js";
import type { Claim } from "../../src/claims/ledger.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mm-lab-claims-test-"));
  write("dist/base/random.js", "1");
  write("dist/mechanisms/index.js", "1");
  write("dist/mechanisms/ksm/model/state.js", "1");
  write("dist/mechanisms/zswap/model/state.js", "1");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A process that loads the model as it lies there now. */
const loaded = (): CodeVersion => new CodeVersion(Date.now() + 1000, join(folder, "dist"));

describe("the version of the code", () => {
  test.each([
    ["what is no mechanism", "dist/base/random.js", true],
    ["the list of mechanisms", "dist/mechanisms/index.js", true],
    ["the mechanism", "dist/mechanisms/ksm/model/state.js", true],
    ["a new file of the mechanism", "dist/mechanisms/ksm/model/new.js", true],
    ["another mechanism", "dist/mechanisms/zswap/model/state.js", false],
    ["what is not run", "dist/base/random.d.ts", false],
    ["a package", "node_modules/.package-lock.json", true],
  ])("%s", (_name, path, changes) => {
    const before = loaded().of("ksm");
    expect(loaded().of("ksm")).toBe(before);
    write(path, "2");
    expect(loaded().of("ksm") !== before).toBe(changes);
  });

  test("there is none where a file was changed after it was loaded, or is gone", () => {
    const running = new CodeVersion(Date.now(), join(folder, "dist"));
    expect(running.of("ksm")).toBe(undefined); // the files were written just now
    const later = loaded();
    expect(later.of("ksm")).toMatch(/^[0-9a-f]{64}$/);
    rmSync(join(folder, "dist/base/random.js"));
    expect(later.of("ksm")).toBe(undefined);
  });

  test("of the model as it is built: each mechanism has its own", () => {
    const code = new CodeVersion(Date.now() + 1000);
    expect(code.of("ksm")).toMatch(/^[0-9a-f]{64}$/);
    expect(code.of("ksm")).not.toBe(code.of("zswap"));
  });
});

describe("what is kept of a finding", () => {
  const claim = { id: "topic.claim", topic: "topic", claim: "1 is 1", how: "look" } as Claim;
  const finding: Finding = { verdict: "contradicted", seen: "1 is 2.", chosen: "1" };
  const recordings: Record<string, string> = {};
  const cache = (options: FindingCacheOptions = {}): FindingCache =>
    new FindingCache(loaded(), { folder: join(folder, "kept"), read: (name) => found(recordings[name]), ...options });
  const found = (text: string | undefined): string => {
    if (text === undefined) throw new Error("no such recording");
    return text;
  };
  const files = (): readonly string[] => readdirSync(join(folder, "kept"));

  beforeEach(() => {
    recordings["a.json"] = "A";
    cache().put(claim, "ksm", finding, new Map([["a.json", "A"]]));
  });

  test("is given as long as nothing has changed", () => {
    expect(cache().get(claim, "ksm")).toEqual(finding);
    expect(files()).toHaveLength(1);
  });

  test.each<[string, () => void]>([
    ["the code of its mechanism", () => write("dist/mechanisms/ksm/model/state.js", "2")],
    ["the code of all", () => write("dist/base/random.js", "2")],
    ["a recording", () => (recordings["a.json"] = "B")],
    ["a recording that is gone", () => delete recordings["a.json"]],
    ["the file, cut off", () => writeFileSync(keptFile(), readFileSync(keptFile(), "utf8").slice(0, 40))],
    ["the file, another's", () => writeFileSync(keptFile(), '{"finding":{"verdict":"proved","seen":"x"}}')],
  ])("is not given after a change of %s, and is again when it was made anew", (_name, change) => {
    change();
    expect(cache().get(claim, "ksm")).toBe(undefined);
    cache().put(claim, "ksm", { ...finding, seen: "now" }, new Map(Object.entries(recordings)));
    expect(cache().get(claim, "ksm")?.seen).toBe("now");
  });
  const keptFile = (): string => join(folder, "kept", files()[0]!);

  test("is not given for other words of the claim, for another mechanism, or where all are to run", () => {
    expect(cache().get({ ...claim, how: "look twice" }, "ksm")).toBe(undefined);
    expect(cache().get({ ...claim, id: "topic.other" }, "ksm")).toBe(undefined);
    expect(cache().get(claim, "zswap")).toBe(undefined);
    expect(cache({ writeOnly: true }).get(claim, "ksm")).toBe(undefined);
  });

  test("is not kept where the code on the disk is not the one that ran", () => {
    const running = new FindingCache(new CodeVersion(0, join(folder, "dist")), { folder: join(folder, "kept") });
    running.put(claim, "ksm", { ...finding, seen: "of old code" }, new Map());
    expect(running.get(claim, "ksm")).toBe(undefined);
    expect(cache().get(claim, "ksm")).toEqual(finding);
  });

  test("lies in its folder, whatever the id", () => {
    cache().put({ ...claim, id: "../../escaped" }, "ksm", finding, new Map());
    expect(files()).toHaveLength(2);
    expect(existsSync(join(folder, "..", "escaped.json"))).toBe(false);
  });
});

describe("evidence", () => {
  const experiments: Experiments = {
    plain: (evidence) => judge(evidence.recording("a") === "text of a", "plain"),
    *long(evidence) {
      yield { done: 0, total: 1 };
      evidence.recording("b");
      const { verdict } = yield* evidence.finding("plain", experiments);
      return judge(verdict === "reproduced", "long");
    },
    again: (evidence) => judge(evidence.recording("b") === "text of b", "again"),
  };

  test("says on which recordings a finding rests, also through another finding, run now or before", () => {
    const evidence = new Evidence((name) => `text of ${name}`);
    const yielded: (Progress | undefined)[] = [];
    const run = evidence.finding("long", experiments);
    for (let step = run.next(); !step.done; step = run.next()) yielded.push(step.value);
    expect(yielded).toEqual([{ done: 0, total: 1 }]);
    expect(evidence.recordingsOf("long")).toEqual(["a", "b"]);
    expect(evidence.recordingsOf("plain")).toEqual(["a"]);
    finish(evidence.finding("again", experiments));
    expect(evidence.recordingsOf("again")).toEqual(["b"]);

    const other = new Evidence((name) => `text of ${name}`);
    expect(finish(other.finding("plain", experiments)).verdict).toBe("reproduced");
    finish(other.finding("long", experiments));
    expect(other.recordingsOf("long")).toEqual(["a", "b"]);
    expect(() => other.recordingsOf("again")).toThrow("the experiment for again did not run");
  });
});
