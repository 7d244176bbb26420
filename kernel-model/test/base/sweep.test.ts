import { describe, expect, expectTypeOf, test } from "vitest";
import { finish, InputError, sweep, SweepError, sweeping, type Progress } from "../../src/index.js";

/** Counts to `n`, a step each. */
function* counting(n: number): Generator<Progress, number> {
  for (let done = 0; done < n; done++) yield { done, total: n };
  return n;
}

describe("a sweep", () => {
  test("has a row for each point, in the order of the grid, the last name fastest", () => {
    const found = sweep(
      { b: [2, 1], a: ["x", "y"] },
      ({ a, b }) => a.repeat(b),
      (text) => ({ text }),
    );
    expect(found.rows).toEqual([
      { b: 2, a: "x", text: "xx" },
      { b: 2, a: "y", text: "yy" },
      { b: 1, a: "x", text: "x" },
      { b: 1, a: "y", text: "y" },
    ]);
    expectTypeOf(found.rows[0]!).toEqualTypeOf<{ readonly b: 1 | 2; readonly a: "x" | "y" } & { text: string }>();
  });

  test("gives values of any kind by name, and shows the name", () => {
    const found = sweep(
      { rule: { double: (x: number) => 2 * x, square: (x: number) => x * x } },
      ({ rule }) => rule(5),
      (y) => ({ y }),
    );
    expect(found.rows).toEqual([
      { rule: "double", y: 10 },
      { rule: "square", y: 25 },
    ]);
  });

  test("a list of records is a row each", () => {
    const found = sweep(
      { n: [1, 2] },
      ({ n }) => n,
      (n) => Array.from({ length: n }, (_, i) => ({ i })),
    );
    expect(found.rows).toEqual([
      { n: 1, i: 0 },
      { n: 2, i: 0 },
      { n: 2, i: 1 },
    ]);
  });

  test("states columns with units and meanings; numbers are a typed array, a value that is missing is null", () => {
    const { title, columns } = sweep(
      { n: [1, 2] },
      ({ n }) => n,
      (n) => ({ half: n / 2, odd: n === 1 ? n : null }),
      { units: { half: "pages" }, meanings: { half: "half of n" } },
    ).dataset();
    expect(title).toBe("Sweep over n");
    expect(columns).toEqual([
      { name: "n", meaning: "", values: Float64Array.of(1, 2) },
      { name: "half", unit: "pages", meaning: "half of n", values: Float64Array.of(0.5, 1) },
      { name: "odd", meaning: "", values: [1, null] },
    ]);
  });

  test("says how far it is: points done, and the share of the one under way", () => {
    const steps = sweeping(
      { n: [2, 4] },
      ({ n }) => counting(n),
      (n) => ({ n2: 2 * n }),
    );
    const seen: Progress[] = [];
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) seen.push(step.value);
    expect(seen.map(({ done }) => done)).toEqual([0, 0, 0.5, 1, 1, 1.25, 1.5, 1.75]);
    expect(seen.every(({ total }) => total === 2)).toBe(true);
    expect(seen.at(-1)!.note).toBe("n = 4");
    expect(step.value.rows).toEqual([
      { n: 2, n2: 4 },
      { n: 4, n2: 8 },
    ]);
  });

  test("stops between two steps of a run, which cleans up", () => {
    let cleaned = 0;
    const steps = sweeping(
      { n: [1, 2] },
      function* () {
        try {
          yield* counting(10);
        } finally {
          cleaned++;
        }
      },
      () => ({ never: 0 }),
    );
    steps.next();
    steps.next();
    expect(cleaned).toBe(0);
    steps.return(undefined as never);
    expect(cleaned).toBe(1);
    expect(steps.next().done).toBe(true);
  });

  test("runs nothing before it is asked to, and each point once", () => {
    const ran: number[] = [];
    const steps = sweeping(
      { n: [1, 2] },
      ({ n }) => ran.push(n),
      () => ({ x: 0 }),
    );
    expect(ran).toEqual([]);
    finish(steps);
    expect(ran).toEqual([1, 2]);
  });
});

describe("a sweep refuses", () => {
  const one = (): number => 1;
  const row = (): { y: number } => ({ y: 1 });
  const refused = (go: () => unknown, message: RegExp): void => {
    expect(go).toThrow(InputError);
    expect(go).toThrow(message);
  };

  test("a grid without names or values", () => {
    refused(
      () => sweep({}, one, row),
      /^the grid is \{\}; accepted: at least one name with values\. Next: write e\.g\./,
    );
    refused(() => sweep({ n: [] }, one, row), /^the values of n is \[\]; accepted: at least one value/);
    refused(() => sweep({ n: 3 as never }, one, row), /Next: write n: \[3\] for a single value/);
    refused(() => sweep({ n: [one as never] }, one, row), /numbers, texts or flags in a list.*give it a name/);
    const axis = Array.from({ length: 1001 }, (_, i) => i);
    refused(() => sweep({ a: axis, b: axis }, one, row), /the points of the grid is 1002001; accepted: up to 1000000/);
  });

  test("measures that are no row, hide the grid, or differ from point to point", () => {
    refused(() => sweep({ n: [1] }, one, () => 5 as never), /what `measure` returned is 5; accepted: a record/);
    refused(() => sweep({ y: [1] }, one, row), /a measure at y = 1 is "y"; accepted: names that the grid does not use/);
    refused(
      () =>
        sweep(
          { n: [1, 2] },
          ({ n }) => n,
          (n) => (n === 1 ? { a: 1 } : { b: 1 }),
        ),
      /a column of row 1 of the sweep is "b"; accepted: one of "n", "a"/,
    );
    refused(
      () =>
        sweep(
          { n: [1, 2] },
          ({ n }) => n,
          (n) => (n === 1 ? { a: 1 } : {}) as { a: number },
        ),
      /a of row 1 of the sweep is undefined; .*null where there is no value/,
    );
    refused(() => sweep({ n: [1] }, one, () => ({ a: [1] })), /a of row 0 of the sweep is \[1\]; .*take one number/);
    refused(
      () => sweep({ n: [1] }, one, row, { units: { z: "ms" } }),
      /a column of the sweep is "z"; accepted: one of "n", "y"/,
    );
    refused(() => sweep({ n: [1] }, one, row, { unit: {} } as never), /did you mean "units"/);
  });

  test("says at which point a run failed, and keeps the error", () => {
    const go = (): unknown =>
      sweep(
        { n: [1, 2], kind: { good: true } },
        ({ n }) => {
          if (n === 2) throw new RangeError("too many");
          return n;
        },
        row,
      );
    expect(go).toThrow(new SweepError("at n = 2, kind = good: too many"));
    try {
      go();
    } catch (error) {
      expect((error as Error).cause).toBeInstanceOf(RangeError);
    }
  });
});
