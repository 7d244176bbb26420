import { scenario, type Scenario } from "../../explore/scenario.js";
import { alwaysAtEnd, define, type Program, type ProgramText } from "../../machine/program.js";
import { makeZswap, shrinkAtLimit, zswapStore } from "./paths-store.js";
import { zswapCompressorSet } from "./paths-pool.js";
import { isConsistent, noLeak, noUndeadPool } from "./properties.js";
import type { Variant, Zswap, ZswapOptions } from "./state.js";

/** The pool is full, and stays so: what each store at the limit meets. */
const full: ZswapOptions = { maxPages: 0, acceptPages: 0 };

function program(name: string, options: ZswapOptions, tasks: ProgramText<Zswap>["tasks"], prepare: (z: Zswap) => void = () => undefined): Program<Zswap> {
  return define<Zswap>({
    name: `${name}, ${options.variant ?? "fixed"}`,
    setup: () => {
      const z = makeZswap(options);
      prepare(z);
      return z;
    },
    tasks,
    invariant: isConsistent,
  });
}

const fill = (z: Zswap): void => {
  z.totalSize.current = 4096;
};

/** `stores` CPUs that reach the limit at once: the race of commit 969d63e1af3b in its barest form. */
export function storesAtLimit(stores: number, variant: Variant): Program<Zswap> {
  return { ...program(`${stores} stores at the limit`, { ...full, variant }, (z) => Object.fromEntries(Array.from({ length: stores }, (_, cpu) => [`CPU ${cpu}`, shrinkAtLimit(z)]))), properties: [noLeak] };
}

/** The same from the top of zswap_store(), each CPU with a swap device of its own. */
export function fullStores(stores: number, variant: Variant): Program<Zswap> {
  const base = program(`${stores} whole stores at the limit`, { ...full, variant, devices: stores }, (z) => Object.fromEntries(Array.from({ length: stores }, (_, cpu) => [`CPU ${cpu}`, zswapStore(z, cpu, 2048, cpu)])), fill);
  return { ...base, properties: [noLeak, alwaysAtEnd("every store is rejected", (_z, { results }) => Object.values(results).every((stored) => stored === false))] };
}

/** Stores at the limit while another compressor is set: the old pool must go once nothing refers to it. */
export function switchUnderLimit(stores: number, variant: Variant): Program<Zswap> {
  const base = program(`${stores} stores at the limit, compressor switch`, { ...full, variant }, (z) => ({
    ...Object.fromEntries(Array.from({ length: stores }, (_, cpu) => [`CPU ${cpu}`, shrinkAtLimit(z)])),
    switch: zswapCompressorSet(z, "zstd"),
  }));
  return { ...base, properties: [noLeak, noUndeadPool] };
}

export const scenarios: readonly Scenario[] = [
  scenario({ name: "two-stores", title: "Two stores at the limit, one shrink worker, before the fix", program: storesAtLimit(2, "buggy"), expect: "violated", what: noLeak.name, twinOf: "two-stores-fixed" }),
  scenario({ name: "two-stores-fixed", title: "...and with commit 969d63e1af3b", program: storesAtLimit(2, "fixed"), expect: "exhausted" }),
];
