import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLedger, root } from "@mm-lab/helpers";
import { defineMechanism, mechanisms } from "@mm-lab/kernel-model";

const folder = join(root, "kernel-model", "src", "mechanisms");

test("each folder of a mechanism is declared in the registry, and each declaration has its folder", () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(mechanisms.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
  for (const { name } of mechanisms)
    for (const file of ["index.ts", "mechanism.ts", "README.md"])
      expect(existsSync(join(folder, name, file))).toBe(true);
});

test.each(mechanisms.map((mechanism) => [mechanism.name, mechanism] as const))(
  "%s: its topics are those of the ledger, its claims of these topics, and its notebooks are there",
  async (_name, { topics, notebooks, claims: load }) => {
    const { claims } = await load();
    const ledger = new Map(readLedger().map(({ id, topic }) => [id, topic]));
    expect(new Set(ledger.values())).toEqual(new Set([...ledger.values(), ...topics]));
    for (const id of Object.keys(claims)) expect(topics).toContain(ledger.get(id));
    for (const notebook of notebooks) expect(existsSync(join(root, "notebooks", notebook)), notebook).toBe(true);
  },
);

test("a name that is no folder name, and a mechanism without a topic, are refused", () => {
  const [known] = mechanisms;
  expect(() => defineMechanism({ ...known!, name: "../x" })).toThrow(
    'the name of a mechanism is "../x"; accepted: lower-case letters, digits and -. Next: name it as its folder.',
  );
  expect(() => defineMechanism({ ...known!, topics: [] })).toThrow(/the topics of ksm is \[\]; accepted: at least one/);
});
