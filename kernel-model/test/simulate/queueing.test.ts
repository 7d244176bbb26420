/** Models whose answer is known in closed form: the simulator must agree within its own 99 % confidence interval. */
import { describe, expect, test } from "vitest";
import { Mutex, mutexLock, mutexUnlock } from "../../src/primitives/mutex.js";
import { compute } from "../../src/primitives/time.js";
import {
  constant,
  erlang,
  exponential,
  replicate,
  type Distribution,
  type MachineOptions,
  type Replications,
  type SimulateOptions,
  type SimulationResult,
} from "../../src/simulate/index.js";

const SERVICE = 1000;

/** CPUs that serve in the order of arrival, each to its end; only computing takes time. */
const servers = (cores: number): MachineOptions => ({ cores, preset: "free", preemption: "none" });

function open(rho: number, cores: number, service: Distribution): SimulateOptions<undefined> {
  return {
    groups: [
      {
        name: "job",
        interarrival: exponential(SERVICE / (rho * cores)),
        *path(_state, _index, draws) {
          yield* compute(draws.draw(service));
        },
      },
    ],
    machine: servers(cores),
    duration: 2.2e7,
    warmup: 2e6,
    seed: 7,
  };
}

const measures = (result: SimulationResult): Record<string, number> => {
  const [group] = result.groups;
  return {
    response: group!.latency.mean,
    present: group!.present,
    throughput: group!.throughput,
    utilisation: result.utilisation(),
  };
};

const run = (options: SimulateOptions<undefined>): Replications =>
  replicate(options, { replications: 20, confidence: 0.99, measures });

/** The closed form lies in the interval, and the interval says something: it is at most `width` of the mean to each side. */
function expectWithin(runs: Replications, expected: Readonly<Record<string, number>>, width = 0.05): void {
  for (const [name, value] of Object.entries(expected)) {
    const { low, high, mean, halfWidth } = runs.of(name);
    expect(halfWidth / mean, `width of ${name}`).toBeLessThan(width);
    expect(low, `${name}: ${low} to ${high} around ${value}`).toBeLessThanOrEqual(value);
    expect(high, `${name}: ${low} to ${high} around ${value}`).toBeGreaterThanOrEqual(value);
  }
}

/** Probability that an arrival waits in M/M/c. */
function erlangC(c: number, offered: number): number {
  let term = 1;
  let sum = 0;
  for (let k = 0; k < c; k++) {
    sum += term;
    term *= offered / (k + 1);
  }
  const waiting = term / (1 - offered / c);
  return waiting / (sum + waiting);
}

describe("open queues", () => {
  test.each([0.3, 0.5, 0.7])("M/M/1 at utilisation %f", (rho) => {
    const response = SERVICE / (1 - rho);
    expectWithin(run(open(rho, 1, exponential(SERVICE))), {
      response,
      present: rho / (1 - rho),
      utilisation: rho,
      throughput: (rho / SERVICE) * 1e9,
    });
  });

  test.each([
    [2, 0.6],
    [4, 0.7],
  ])("M/M/%i at utilisation %f", (c, rho) => {
    const response = SERVICE + (erlangC(c, c * rho) * SERVICE) / (c * (1 - rho));
    expectWithin(run(open(rho, c, exponential(SERVICE))), { response, utilisation: rho });
  });

  test.each([0.5, 0.7])("M/D/1 at utilisation %f", (rho) => {
    expectWithin(run(open(rho, 1, constant(SERVICE))), {
      response: SERVICE * (1 + rho / (2 * (1 - rho))),
      utilisation: rho,
    });
  });

  test("M/G/1 with Erlang service (Pollaczek and Khinchine)", () => {
    const rho = 0.6;
    const service = erlang(4, SERVICE);
    expectWithin(run(open(rho, 1, service)), {
      response: SERVICE * (1 + (rho * (1 + service.cv ** 2)) / (2 * (1 - rho))),
    });
  });

  test("the interval is not so wide that anything passes", () => {
    const { low, high } = run(open(0.5, 1, exponential(SERVICE))).of("response");
    expect(SERVICE * 1.5 < low || SERVICE * 1.5 > high, "M/D/1's answer is not M/M/1's").toBe(true);
  });
});

test.each([
  [4, 1],
  [10, 2],
])("machine repair: %i machines, %i repairers", (machines, repairers) => {
  const think = 4000;
  // p(k): k machines at the repairers.
  const p = [1];
  for (let k = 1; k <= machines; k++)
    p.push((p[k - 1]! * (machines - k + 1) * SERVICE) / (think * Math.min(k, repairers)));
  const total = p.reduce((sum, x) => sum + x, 0);
  const busy = p.reduce((sum, x, k) => sum + x * Math.min(k, repairers), 0) / total;
  const present = p.reduce((sum, x, k) => sum + x * k, 0) / total;
  const runs = run({
    groups: [
      {
        name: "machine",
        count: machines,
        think: exponential(think),
        *path(_state, _index, draws) {
          yield* compute(draws.draw(exponential(SERVICE)));
        },
      },
    ],
    machine: servers(repairers),
    duration: 2.2e7,
    warmup: 2e6,
    seed: 3,
  });
  expectWithin(runs, {
    present,
    utilisation: busy / repairers,
    throughput: (busy / SERVICE) * 1e9,
    response: (present * SERVICE) / busy,
  });
});

test("a tandem network: two locks in a row, each held for an exponential time, are two M/M/1 queues", () => {
  const [first, second] = [800, 600];
  const between = 1000;
  const runs = replicate(
    {
      setup: () => ({ a: new Mutex("a"), b: new Mutex("b") }),
      groups: [
        {
          name: "job",
          interarrival: exponential(between),
          *path(s, _index, draws) {
            const [atA, atB] = [draws.draw(exponential(first)), draws.draw(exponential(second))];
            yield* mutexLock(s.a);
            yield* compute(atA);
            yield* mutexUnlock(s.a);
            yield* mutexLock(s.b);
            yield* compute(atB);
            yield* mutexUnlock(s.b);
          },
        },
      ],
      machine: { cores: 4, preset: "free" },
      duration: 3.2e7,
      warmup: 2e6,
      seed: 5,
    },
    {
      replications: 20,
      confidence: 0.99,
      measures: (result) => ({
        ...measures(result),
        a: result.lock("a").hold.mean,
        contended: result.lock("a").contended / result.lock("a").acquisitions,
      }),
    },
  );
  expectWithin(
    runs,
    { response: first / (1 - first / between) + second / (1 - second / between), a: first, contended: first / between },
    0.08,
  );
});
