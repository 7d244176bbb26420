import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as primitives from "../../src/primitives/index.js";
import { compareOne, report } from "./fuzz.js";
import { profileNames } from "./profiles.js";

/** Programs of each profile, and interleavings of each program at most. One with more is replaced by the next. */
const EACH = Math.ceil(2000 / profileNames.length);
const MOST = Number(process.env["MM_LAB_ORACLE_MOST"] ?? 700);
const FIRST = Number(process.env["MM_LAB_SEED"] ?? 1);

test("2,000 random programs: verdict, end states and schedules are those of all interleavings, tried each", () => {
  const total = { programs: 0, interleavings: 0, classes: 0, counted: 0 };
  const kinds = new Map<string, number>();
  const differences: string[] = [];
  for (const profile of profileNames) {
    for (let seed = FIRST, done = 0; done < EACH; seed++) {
      const compared = compareOne(profile, seed, MOST);
      if (compared === null) continue;
      done++;
      total.programs++;
      total.interleavings += compared.interleavings;
      kinds.set(compared.kind, (kinds.get(compared.kind) ?? 0) + 1);
      if (compared.kind === "exhausted") {
        total.classes += compared.classes;
        total.counted++;
      }
      if (compared.differences.length > 0)
        differences.push(differences.length < 5 ? report(profile, seed, compared, MOST) : `${profile} ${seed}`);
    }
  }
  const found = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ");
  console.log(
    `oracle: ${total.programs} programs of ${profileNames.length} profiles compared (${found}), ` +
      `${total.interleavings} interleavings tried; ` +
      `${total.classes} classes in the ${total.counted} that are exhausted, as many schedules`,
  );
  expect(differences.join("\n\n")).toBe("");
  expect(total.programs).toBeGreaterThanOrEqual(2000);
  expect(Math.min(kinds.get("violated") ?? 0, kinds.get("stuck") ?? 0)).toBeGreaterThan(100);
}, 600_000);

test("every primitive is called", () => {
  const kits = new URL("kits/", import.meta.url);
  const text = readdirSync(kits)
    .map((file) => readFileSync(fileURLToPath(new URL(file, kits)), "utf8"))
    .join("\n");
  const code = text.replace(/import \{[^}]*\}/g, "");
  const called = (name: string): boolean => new RegExp(`[^"]\\b${name}\\b[<(,;]`).test(code);
  // inside() calls the two of a region; constants and tables are no steps.
  const notSteps = ["enterRegion", "leaveRegion", "vocabulary", "REFCOUNT_SATURATED", "REFCOUNT_MAX"];
  expect(Object.keys(primitives).filter((name) => !notSteps.includes(name) && !called(name))).toEqual([]);
});
