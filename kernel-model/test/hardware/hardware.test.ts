import { describe, expect, test } from "vitest";
import {
  Caches,
  checkOperationCosts,
  FREE,
  LineCounts,
  LineState,
  preset,
  presetDataset,
  PRESETS,
  COST_NAMES,
  costsOf,
  Topology,
  type PresetName,
} from "../../src/hardware/index.js";

describe("topology", () => {
  // socket      0       1          CPUs 0 to 7 are the first threads of the cores,
  // core      0 1 2 3 4 5 6 7      8 to 15 their siblings
  // cache     0 0 1 1 2 2 3 3
  const topology = new Topology({ sockets: 2, cores: 4, threads: 2, coresPerCache: 2 });

  test("CPUs are numbered core by core, then the siblings", () => {
    expect(topology.cpus).toBe(16);
    expect(Array.from({ length: 16 }, (_, cpu) => topology.coreOf(cpu))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
    ]);
    expect([0, 3, 4, 7, 8, 12].map((cpu) => topology.socketOf(cpu))).toEqual([0, 0, 1, 1, 0, 1]);
  });

  test("distance is by what two CPUs share, and the same both ways", () => {
    expect([0, 8, 1, 9, 2, 3, 4, 12].map((cpu) => topology.distance(0, cpu))).toEqual([
      "self",
      "sibling",
      "cache",
      "cache",
      "socket",
      "socket",
      "remote",
      "remote",
    ]);
    for (let a = 0; a < 16; a++)
      for (let b = 0; b < 16; b++) expect(topology.distance(a, b)).toBe(topology.distance(b, a));
    expect(new Topology({ cores: 4 }).distance(0, 3)).toBe("cache");
  });

  test("errors name the value and the range", () => {
    expect(() => new Topology({ cores: 0 })).toThrow(
      "cores is 0; accepted: an integer from 1 to 1024 cores per socket.",
    );
    expect(() => new Topology({ cores: 6, coresPerCache: 4 })).toThrow(
      "coresPerCache is 4; accepted: a divisor of the 6 cores of a socket. Next: make all caches equally large.",
    );
    expect(() => new Topology({ core: 4 } as object)).toThrow('did you mean "cores"');
    expect(String(new Topology({ sockets: 2, cores: 1 }))).toBe("2 sockets x 1 core x 1 thread");
  });
});

describe("a cache line", () => {
  const costs = checkOperationCosts({
    load: 1,
    store: 2,
    atomic: 5,
    sibling: 8,
    cache: 20,
    socket: 40,
    remote: 100,
    memory: 90,
  });
  const make = (cpus = { sockets: 2, cores: 4, threads: 2, coresPerCache: 2 }): { caches: Caches; line: LineState } => {
    const topology = new Topology(cpus);
    return { caches: new Caches(topology, costs), line: new LineState(new LineCounts("x"), topology.cpus) };
  };

  test("comes from memory first, then is the CPU's own", () => {
    const { caches, line } = make();
    expect(caches.store(line, 0, 0, true)).toBe(90);
    expect(caches.store(line, 0, 90, true)).toBe(95);
    expect(caches.store(line, 0, 95, false)).toBe(97);
    expect(caches.load(line, 0, 97)).toBe(98);
    expect([line.counts.accesses, line.counts.transfers, line.counts.transferTime]).toEqual([4, 1, 90]);
  });

  test.each([
    [8, 8],
    [1, 20],
    [2, 40],
    [4, 100],
  ])("CPU %i gets it from CPU 0 in %i ns", (cpu, ns) => {
    for (const access of ["load", "store"] as const) {
      const { caches, line } = make();
      caches.store(line, 0, 0, true);
      expect(access === "load" ? caches.load(line, cpu, 1000) : caches.store(line, cpu, 1000, true)).toBe(1000 + ns);
    }
  });

  test("transfers queue behind each other; hits do not", () => {
    const { caches, line } = make();
    caches.store(line, 0, 0, true); // over at 90
    expect(caches.store(line, 1, 0, true)).toBe(110);
    expect(caches.store(line, 2, 50, true)).toBe(150);
    expect(caches.load(line, 3, 120)).toBe(170);
    expect(caches.load(line, 2, 120)).toBe(121);
    expect(line.counts.queueTime).toBe(90 + 60 + 30);
  });

  test("loads share it; a store takes it from the farthest copy", () => {
    const { caches, line } = make();
    caches.store(line, 0, 0, true);
    expect(caches.load(line, 1, 100)).toBe(120);
    expect(caches.load(line, 4, 200)).toBe(300);
    expect(line.copies).toBe(3);
    expect(caches.load(line, 4, 300)).toBe(301);
    expect(caches.store(line, 0, 400, false), "0 wrote it last, but 4 has a copy").toBe(500);
    expect([line.copies, line.has(0), line.has(1), line.has(4)]).toEqual([1, true, false, false]);
    expect(caches.store(line, 0, 500, false)).toBe(502);
  });

  test("works the same beyond 32 and beyond 256 CPUs", () => {
    for (const cores of [4, 40, 300]) {
      const { caches, line } = make({ sockets: 2, cores, threads: 1, coresPerCache: 2 });
      const far = 2 * cores - 1;
      caches.store(line, far, 0, true);
      caches.load(line, 0, 100);
      expect(caches.store(line, 0, 1000, true)).toBe(1100);
      expect([line.has(far), line.has(0), line.copies]).toEqual([false, true, 1]);
    }
  });
});

describe("costs", () => {
  test("published numbers are those of the source", () => {
    const row = (name: PresetName): number[] =>
      (["sibling", "socket", "remote"] as const).map((cost) => preset(name).costs[cost].ns);
    expect(row("cascade-lake-8275cl")).toEqual([7.6, 47, 134]);
    expect(row("ice-lake-8375c")).toEqual([8.1, 51, 108]);
    expect(row("broadwell-e5-2695v4")).toEqual([7.6, 44, 118]);
    expect(row("milan-7r13")).toEqual([9.8, 107, 197]);
    expect(preset("milan-7r13").costs.cache.ns).toBe(23);
    expect(preset("skylake-i7-6700k").costs.socket).toMatchObject({ ns: 20, kind: "published" });
  });

  test.each(PRESETS.map((p) => [p.name, p] as const))(
    "%s: every number has a source, near is never dearer than far",
    (_name, { costs, topology }) => {
      for (const name of COST_NAMES) expect(costs[name].source.length).toBeGreaterThan(10);
      const steps = (["atomic", "sibling", "cache", "socket", "remote"] as const).map((name) => costs[name].ns);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      expect(new Topology(topology).cpus).toBeGreaterThan(1);
    },
  );

  test("as a table, with the sources", () => {
    const { title, columns } = presetDataset("cascade-lake-8275cl");
    expect(title).toBe("Costs of Intel Xeon Platinum 8275CL (Cascade Lake)");
    expect(new Set(columns.map(({ values }) => values.length))).toEqual(new Set([COST_NAMES.length]));
  });

  test("users' costs are checked", () => {
    expect(checkOperationCosts({ atomic: 3 }, costsOf(preset("milan-7r13")))).toMatchObject({ atomic: 3, cache: 23 });
    expect(() => checkOperationCosts({ atomic: -1 })).toThrow(
      "the cost atomic is -1; accepted: a number from 0 to 3600000000000 ns.",
    );
    expect(() => checkOperationCosts({ atomik: 1 } as object)).toThrow('did you mean "atomic"');
    expect(() => preset("milan" as PresetName)).toThrow(
      'the preset is "milan"; accepted: one of "broadwell-e5-2695v4"',
    );
    expect(Object.values(FREE).every((ns) => ns === 0)).toBe(true);
  });
});
