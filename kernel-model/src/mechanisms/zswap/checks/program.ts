import { Memory } from "../../../machine/object.js";
import type { Path } from "../../../machine/path.js";
import { define, type Program, type ProgramText, type Property } from "../../../machine/program.js";
import { Cell } from "../../../primitives/cell.js";
import { PAGE_BYTES } from "../../../mm/page.js";
import type { ZswapOptions } from "../model/options.js";
import { makeZswap } from "../model/releases.js";
import type { Entry, Pool, Zswap } from "../model/state.js";
import { mutants, type Mutant } from "./mutants.js";
import { isConsistent } from "./properties.js";

/** Bytes of a page once compressed: one that shrinks, and one that does not. */
export const HALF = PAGE_BYTES / 2;
export const TOO_LONG = PAGE_BYTES + 1;

/** A program over a zswap of its own, or over a mutant. `prepare` puts in what was there before. */
export function program(
  name: string,
  options: ZswapOptions,
  tasks: ProgramText<Zswap>["tasks"],
  properties: readonly Property<Zswap>[],
  prepare: (z: Zswap) => unknown = () => undefined,
  mutant?: Mutant,
): Program<Zswap> {
  return define<Zswap>({
    name: `${name}, ${mutant ?? options.variant ?? "fixed"}`,
    setup: () => {
      const z = makeZswap(options, mutant && mutants[mutant].operations);
      prepare(z);
      return z;
    },
    tasks,
    invariant: isConsistent,
    properties,
  });
}

/** A task for each of so many CPUs. */
export function onCpus(cpus: number, path: (cpu: number) => Path<unknown>): Record<string, Path<unknown>> {
  return Object.fromEntries(Array.from({ length: cpus }, (_, cpu) => [`CPU ${cpu}`, path(cpu)]));
}

/** For `setup`: an entry that was stored before, the newest of its pool. */
export function putEntry(z: Zswap, offset: number, data = 1, pool: Pool = z.pools.current[0]!): Entry {
  const name = `entry ${offset}`;
  const memory = z.heap.add(new Memory(name));
  const entry: Entry = {
    name,
    memory,
    device: 0,
    offset,
    length: HALF,
    pool,
    handle: pool.zpool.plain.malloc(HALF),
    data,
    refs: new Cell(`${name}->refcount`, 1, memory),
  };
  z.trees[0]!.link(entry);
  pool.lru.plain.add(entry);
  z.addReference(pool);
  z.counters.stored++;
  z.totalSize.current += PAGE_BYTES;
  return entry;
}

/** For `setup`: what a switch to zstd left, a pool that is kept by one entry only, of page 0. Not for "percpu-ref". */
export function retirePool(z: Zswap): Pool {
  const old = z.pools.current[0]!;
  putEntry(z, 0);
  old.kref.refs--;
  z.pools.current = [z.makePool("zstd"), old];
  z.compressor.current = "zstd";
  return old;
}
