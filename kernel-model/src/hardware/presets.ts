import { datasetOf, type Dataset } from "../base/dataset.js";
import { checkOneOf } from "../base/errors.js";
import { COST_NAMES, type OperationCosts } from "./operation-costs.js";
import type { TopologyOptions } from "./topology.js";

/** A cost and whence it is: published by the source, derived from published numbers, or chosen by us. */
export interface Sourced {
  readonly ns: number;
  readonly kind: "published" | "derived" | "chosen";
  readonly source: string;
}

/** A machine with published numbers. */
export interface Preset {
  readonly name: string;
  /** The processor, as its maker calls it. */
  readonly processor: string;
  /** One such machine: the sockets of the measured one, and the processor's cores. */
  readonly topology: TopologyOptions;
  readonly costs: Readonly<Record<keyof OperationCosts, Sourced>>;
}

const CORE_TO_CORE =
  "github.com/nviennot/core-to-core-latency README: compare-exchange, one-way (half a round trip), median";
const PERFBOOK = "perfbook, cpu/overheads.tex: compare-and-swap of a line in the own cache";

const SHOOTDOWN =
  "lore.kernel.org 20190525082203.6531-1-namit, bare-metal Haswell, MADV_DONTNEED and touch of a page by 1, 2 and 4 threads before the patch (661, 1,436, 1,571 ns)";

const published = (ns: number, source: string): Sourced => ({ ns, kind: "published", source });
const derived = (ns: number, source: string): Sourced => ({ ns, kind: "derived", source });
const chosen = (ns: number, source: string): Sourced => ({ ns, kind: "chosen", source });

/** What the tables do not tell, or not for this processor. */
const COMMON = {
  load: chosen(1.5, "first-level cache hit, 4 to 5 cycles at about 3 GHz"),
  store: chosen(1.5, "taken as a load: the store buffer hides the rest"),
  memory: chosen(90, "local DRAM of a server, order of magnitude"),
  send: derived(85, `within the 70 to 100 ns that each further remote CPU adds: ${SHOOTDOWN}`),
  interrupt: derived(
    600,
    `what is left of the 775 ns of the first remote CPU after sending and two line transfers, rounded: ${SHOOTDOWN}`,
  ),
  allocate: chosen(50, "a slab allocation from the CPU's own list, order of magnitude"),
  wakeup: chosen(1000, "try_to_wake_up and the reschedule interrupt, order of magnitude"),
  contextSwitch: derived(1500, "within the band of 1,000 to 3,500 ns that pipe and futex ping-pongs give"),
} as const;

const ATOMIC_SERVER = derived(7, `between 6.2 ns (i7-8750H) and 12.2 ns (X5550): ${PERFBOOK}`);

function server(
  name: string,
  processor: string,
  topology: TopologyOptions,
  [sibling, socket, remote]: readonly [number, number, number],
): Preset {
  return {
    name,
    processor,
    topology,
    costs: {
      ...COMMON,
      atomic: ATOMIC_SERVER,
      sibling: published(sibling, CORE_TO_CORE),
      cache: derived(socket, "the socket is one cache: same as socket"),
      socket: published(socket, CORE_TO_CORE),
      remote: published(remote, CORE_TO_CORE),
    },
  };
}

const milan = server(
  "milan-7r13",
  "AMD EPYC 7R13 (Milan)",
  { sockets: 2, cores: 48, threads: 2, coresPerCache: 8 },
  [9.8, 107, 197],
);

export const PRESETS: readonly Preset[] = [
  server(
    "broadwell-e5-2695v4",
    "Intel Xeon E5-2695 v4 (Broadwell)",
    { sockets: 2, cores: 18, threads: 2 },
    [7.6, 44, 118],
  ),
  server(
    "cascade-lake-8275cl",
    "Intel Xeon Platinum 8275CL (Cascade Lake)",
    { sockets: 2, cores: 24, threads: 2 },
    [7.6, 47, 134],
  ),
  server(
    "cascade-lake-6242",
    "Intel Xeon Gold 6242 (Cascade Lake)",
    { sockets: 2, cores: 16, threads: 2 },
    [7.4, 48, 136],
  ),
  server(
    "ice-lake-8375c",
    "Intel Xeon Platinum 8375C (Ice Lake)",
    { sockets: 2, cores: 32, threads: 2 },
    [8.1, 51, 108],
  ),
  { ...milan, costs: { ...milan.costs, cache: published(23, `${CORE_TO_CORE}, within a CCX`) } },
  {
    name: "skylake-i7-6700k",
    processor: "Intel Core i7-6700K (Skylake)",
    topology: { sockets: 1, cores: 4, threads: 2 },
    costs: {
      ...COMMON,
      atomic: derived(6.2, `${PERFBOOK}, i7-8750H`),
      sibling: published(6.9, CORE_TO_CORE),
      cache: derived(20, "the socket is one cache: same as socket"),
      socket: published(20, CORE_TO_CORE),
      remote: chosen(
        134,
        "this processor has one socket: that of cascade-lake-8275cl, so that a larger machine can be asked for",
      ),
    },
  },
];

export type PresetName =
  | "broadwell-e5-2695v4"
  | "cascade-lake-8275cl"
  | "cascade-lake-6242"
  | "ice-lake-8375c"
  | "milan-7r13"
  | "skylake-i7-6700k";

/** The preset of that name. Errors: InputError with the nearest name. */
export function preset(name: PresetName): Preset {
  checkOneOf(
    "the preset",
    name,
    PRESETS.map((p) => p.name),
  );
  return PRESETS.find((p) => p.name === name)!;
}

/** The numbers of a preset without their sources. */
export function costsOf({ costs }: Preset): OperationCosts {
  return Object.fromEntries(COST_NAMES.map((name) => [name, costs[name].ns])) as unknown as OperationCosts;
}

/** The costs of a preset with their sources, as a table for notebooks. */
export function presetDataset(name: PresetName): Dataset {
  const { processor, costs } = preset(name);
  return datasetOf<keyof OperationCosts>(`Costs of ${processor}`, COST_NAMES, [
    { name: "cost", meaning: "what is paid for", of: (cost) => cost },
    { name: "time", unit: "ns", meaning: "what it costs", of: (cost) => costs[cost].ns },
    {
      name: "kind",
      meaning: "published, derived from published numbers, or chosen by us",
      of: (cost) => costs[cost].kind,
    },
    { name: "source", meaning: "where it is from", of: (cost) => costs[cost].source },
  ]);
}
