import { datasetOf, type ColumnOf, type Dataset, type HasDataset } from "../base/dataset.js";
import { percent } from "../base/numbers.js";
import { checkInteger, checkKeys, checkNumber, checkOneOf, InputError } from "../base/errors.js";
import { partOf, type Progress } from "../base/run.js";
import { estimate, type Estimate } from "./estimate.js";
import type { SimulateOptions } from "./options.js";
import type { SimulationResult } from "./result.js";
import { simulating, steer, type RunOptions } from "./simulate.js";
import { purposeOf, streamSeed } from "./streams.js";

export interface ReplicateOptions {
  /** Independent runs, 2 to 10,000. Default 10. */
  readonly replications?: number;
  /** Of the intervals, 0.5 to 0.9999. Default 0.95. */
  readonly confidence?: number;
  /** The numbers to take from a run, by name. Default: throughput, mean and 99th percentile latency of each group, and utilisation. */
  readonly measures?: (result: SimulationResult) => Readonly<Record<string, number>>;
}

const REPLICATION = purposeOf("replication");

/** What independent runs of one simulation agree on: each measure with its confidence interval. */
export class Replications implements HasDataset {
  constructor(
    readonly confidence: number,
    readonly estimates: readonly Estimate[],
  ) {}

  /** Errors: InputError for an unknown measure. */
  of(measure: string): Estimate {
    checkOneOf(
      "the measure",
      measure,
      this.estimates.map(({ name }) => name),
    );
    return this.estimates.find(({ name }) => name === measure)!;
  }

  dataset(): Dataset {
    const { estimates } = this;
    const title = `Means of ${estimates[0]?.values.length ?? 0} independent runs with ${percent(this.confidence, 4)} confidence intervals`;
    return datasetOf<Estimate>(title, estimates, [
      { name: "measure", meaning: "what was measured", of: ({ name }) => name },
      ...intervalColumns<Estimate>("", "mean of the runs", (e) => e),
    ]);
  }
}

/** Several policies under the same random numbers, and how they differ from the first. */
export class Comparison implements HasDataset {
  constructor(
    readonly confidence: number,
    /** By name; the first is the one the others are compared with. */
    readonly policies: ReadonlyMap<string, Replications>,
  ) {}

  /** How much a measure of `policy` exceeds that of the first, run by run. Errors: InputError for unknown names. */
  difference(policy: string, measure: string): Estimate {
    checkOneOf("the policy", policy, [...this.policies.keys()]);
    const [first] = this.policies.values();
    const base = first!.of(measure).values;
    const { values } = this.policies.get(policy)!.of(measure);
    return estimate(
      measure,
      values.map((x, i) => x - base[i]!),
      this.confidence,
    );
  }

  dataset(): Dataset {
    const rows = [...this.policies].flatMap(([policy, { estimates }]) =>
      estimates.map((e) => ({ policy, own: e, difference: this.difference(policy, e.name) })),
    );
    const [first] = this.policies.keys();
    type Row = (typeof rows)[number];
    return datasetOf<Row>(
      `Policies under common random numbers, ${percent(this.confidence, 4)} confidence intervals`,
      rows,
      [
        { name: "policy", meaning: "the policy", of: ({ policy }) => policy },
        { name: "measure", meaning: "what was measured", of: ({ own }) => own.name },
        ...intervalColumns<Row>("", "mean of the runs", ({ own }) => own),
        ...intervalColumns<Row>("difference_", `difference to ${first ?? ""}, paired by run`, (row) => row.difference),
      ],
    );
  }
}

/**
 * Runs a simulation several times with independent random numbers. Cost: that of the runs.
 *
 * @example
 * function* job(draws) {
 *   yield* compute(draws.draw(exponential(500)));
 * }
 * const groups = [{ name: "job", interarrival: exponential(1000), path: (s, i, draws) => job(draws) }];
 * const runs = replicate({ groups, duration: 1e6 }, { replications: 5 });
 * runs.of("job latency mean").halfWidth; // ns
 */
export function replicate<S>(
  options: SimulateOptions<S>,
  how: ReplicateOptions = {},
  run: RunOptions = {},
): Replications {
  return steer(replicating(options, how), run);
}

/** The same as a generator, for `experiment`. */
export function* replicating<S>(
  options: SimulateOptions<S>,
  how: ReplicateOptions = {},
): Generator<Progress, Replications> {
  const comparison = yield* comparing({ runs: options }, how);
  return comparison.policies.get("runs")!;
}

/**
 * Runs each policy several times, replication by replication under the same random numbers, so that a difference is the
 * policy's and not chance's.
 */
export function compare<S>(
  policies: Readonly<Record<string, SimulateOptions<S>>>,
  how: ReplicateOptions = {},
  run: RunOptions = {},
): Comparison {
  return steer(comparing(policies, how), run);
}

/** The same as a generator, for `experiment`. */
export function* comparing<S>(
  policies: Readonly<Record<string, SimulateOptions<S>>>,
  how: ReplicateOptions = {},
): Generator<Progress, Comparison> {
  checkKeys("replicate", how, ["replications", "confidence", "measures"]);
  const replications = checkInteger("replications", how.replications ?? 10, { min: 2, max: 10_000, unit: "runs" });
  const confidence = checkNumber("confidence", how.confidence ?? 0.95, { min: 0.5, max: 0.9999 });
  const measure = how.measures ?? defaultMeasures;
  const names = Object.keys(policies);
  if (names.length === 0)
    throw new InputError("the policies", policies, "at least one, by name", "write { old: options, new: options }");
  const total = names.length * replications;
  const found = new Map<string, Replications>();
  for (const [p, name] of names.entries()) {
    const options = policies[name]!;
    const values = new Map<string, Float64Array>();
    for (let i = 0; i < replications; i++) {
      const result = yield* partOf(simulating({ ...options, seed: streamSeed(options.seed ?? 1, REPLICATION, i) }), {
        done: p * replications + i,
        total,
        note: `run ${i + 1} of ${replications}${names.length > 1 ? ` of ${name}` : ""}`,
      });
      for (const [key, value] of Object.entries(measure(result))) {
        if (!values.has(key)) values.set(key, new Float64Array(replications).fill(NaN));
        values.get(key)![i] = value;
      }
    }
    found.set(
      name,
      new Replications(
        confidence,
        [...values].map(([key, all]) => estimate(key, all, confidence)),
      ),
    );
  }
  return new Comparison(confidence, found);
}

function defaultMeasures(result: SimulationResult): Record<string, number> {
  const measures: Record<string, number> = {};
  for (const { name, throughput, latency } of result.groups) {
    measures[`${name} throughput`] = throughput;
    measures[`${name} latency mean`] = latency.mean;
    measures[`${name} latency p99`] = latency.percentile(99);
  }
  measures["utilisation"] = result.utilisation();
  return measures;
}

function intervalColumns<T>(prefix: string, meaning: string, estimateOf: (row: T) => Estimate): ColumnOf<T>[] {
  const column = (name: "mean" | "low" | "high", text: string): ColumnOf<T> => ({
    name: `${prefix}${name}`,
    meaning: text,
    of: (row) => estimateOf(row)[name],
  });
  return [
    column("mean", meaning),
    column("low", `${meaning}: low end of its interval`),
    column("high", `${meaning}: high end of its interval`),
  ];
}
