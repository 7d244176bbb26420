import { expect, test } from "vitest";
import { Random } from "../../src/base/random.js";
import type { Path } from "../../src/machine/path.js";
import { define, type Program } from "../../src/machine/program.js";
import { blocks, setup, type State } from "./blocks.js";
import { broken } from "./diamonds.js";

const names = Object.keys(blocks);
const programs = Number(process.env["MM_LAB_DIAMONDS"] ?? 200);

interface Given {
  readonly cpu: number;
  readonly names: readonly string[];
}

function program(given: readonly Given[]): Program<State> {
  function* path(s: State, { names: those, cpu }: Given, id: number): Path<string> {
    const seen: string[] = [];
    for (const name of those) {
      if (name.startsWith("ipi") && cpu < 0) continue; // only a task that is bound to a CPU may send one
      seen.push(String(yield* blocks[name]!(s, id)));
    }
    return seen.join(" ");
  }
  const tasks = (s: State) =>
    Object.fromEntries(
      given.map((task, i) => [`T${i}`, { path: () => path(s, task, i), ...(task.cpu >= 0 ? { cpu: task.cpu } : {}) }]),
    );
  return define({
    name: "random",
    stuckIsAnEnd: true,
    warningsAreViolations: false,
    ignore: ["lock-order-inversion"],
    setup,
    tasks,
  });
}

test("steps that claim not to conflict commute: whatever the state, and from there on", () => {
  const counts = { commuting: 0, conflicting: 0 };
  const first = Number(process.env["MM_LAB_SEED"] ?? 1);
  for (let seed = first; seed < first + programs; seed++) {
    const random = new Random(seed);
    // A few kinds in each program, so that they meet.
    const kinds = Array.from({ length: 1 + random.below(4) }, () => names[random.below(names.length)]!);
    const family = names.filter((name) => /^[a-z]+/.exec(name)![0] === /^[a-z]+/.exec(kinds[0]!)![0]);
    const from = random.below(2) === 0 ? family : kinds;
    const tasks = Array.from({ length: 2 + random.below(3) }, (): Given => ({
      cpu: random.below(3) > 0 ? -1 : random.below(2),
      names: Array.from({ length: 1 + random.below(3) }, () => from[random.below(from.length)]!),
    }));
    expect(broken(program(tasks), seed, counts), `seed ${seed}: ${JSON.stringify(tasks)}`).toBe(null);
  }
  expect(counts.commuting).toBeGreaterThan(8 * programs);
  expect(counts.conflicting).toBeGreaterThan(8 * programs);
});
