import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import * as primitives from "../../src/primitives/index.js";
import { vocabulary } from "../../src/primitives/vocabulary/index.js";

const folder = resolve(import.meta.dirname, "../../src/primitives");
const source = readdirSync(folder)
  .filter((name) => name !== "vocabulary")
  .map((name) => readFileSync(join(folder, name), "utf8"))
  .join("\n");

/** Names and orders of all operations, as the source makes them. */
const operations = new Map<string, string>([
  ...[...source.matchAll(/operation\(\s*"([^"]+)",\s*"\w+"(?:,\s*\{([^}]*)\})?,?\s*\)/g)].map(
    ([, name, rest]): [string, string] => [name!, /order: "(\w+)"/.exec(rest ?? "")?.[1] ?? "plain"],
  ),
  ...[...source.matchAll(/ (relaxed|full)\("([^"]+)"\)/g)].map(([, order, name]): [string, string] => [name!, order!]),
]);

test("every export has one row, and every row is an export", () => {
  const exported = Object.keys(primitives)
    .filter((name) => name !== "vocabulary")
    .sort();
  expect(exported.length).toBeGreaterThan(150);
  expect(vocabulary.map(({ call }) => call).sort()).toEqual(exported);
});

test("names are the kernel's in camel case, but for the two that the kernel writes in capitals", () => {
  for (const { kernel, call } of vocabulary) {
    if (!kernel.endsWith("()") || kernel.startsWith("DEFINE")) continue;
    const name = kernel.slice(0, -2);
    if (["READ_ONCE", "WRITE_ONCE"].includes(name)) expect(call).toBe(name);
    else if (name !== "WARN_ON" && name !== "schedule_timeout")
      expect(call).toBe(name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase()));
  }
});

test("a row with an order is a step of that name and order; one without is made of others", () => {
  expect(operations.size).toBeGreaterThan(120);
  for (const { kernel, order, steps } of vocabulary) {
    if (steps === "-" || kernel.startsWith("(")) continue;
    const name = kernel.slice(0, -2);
    if (order === "-") expect(operations.has(name), `${kernel} is a step of its own: state its order`).toBe(false);
    else if (name === "percpu_counter_add_batch") expect(operations.get(`${name}: fold`)).toBe(order);
    else expect(`${name}: ${operations.get(name)}`).toBe(`${name}: ${order}`);
  }
});

test("every step of the source is in the table, or is a part of one that is, or of the machinery behind it", () => {
  const machinery = [
    "irq_enter",
    "raise an interrupt",
    "smp_call_function",
    "send IPI",
    "csd_unlock",
    "csd_lock_wait",
    "call_timer_fn",
    "timer interrupt",
    "run_timer_softirq",
    "delayed_work_timer_fn",
    "process_one_work",
    "rcu_do_batch",
    "percpu_ref_switch_to_atomic",
    "__ref_is_percpu",
    "condition of wait_event",
    "choose",
    "compute",
    "enter",
    "leave",
    "cpu_relax loop",
  ];
  const known = new Set([...vocabulary.map(({ kernel }) => kernel.replace(/\(\)$/, "")), ...machinery]);
  for (const name of operations.keys()) expect(known.has(name.split(":")[0]!), name).toBe(true);
  for (const name of machinery)
    expect(
      [...operations.keys()].some((operation) => operation.split(":")[0] === name),
      name,
    ).toBe(true);
});

test("each row says what is modelled, without a full stop", () => {
  for (const row of vocabulary) {
    expect(row.modelled, row.call).not.toBe("");
    expect(`${row.modelled}|${row.notModelled}`, row.call).not.toMatch(/\.(\||$)/);
  }
});
