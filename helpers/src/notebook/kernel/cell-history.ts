import { types } from "node:util";
import type { CellCode } from "../../explore/workers/protocol.js";
import type { NamesUsed } from "./exported-names.js";

interface PastCell extends Omit<CellCode, "isRunning"> {
  /** Names that it declared or assigned while it ran. */
  readonly wrote: ReadonlySet<string>;
  names?: NamesUsed;
  isOver: boolean;
}

/** How deep in the values that cells declare something is looked for: `programs.fixed`, `list[2].program`. */
const DEEPEST = 3;

/** The compiled cells of a session, so that another thread can make again what some of them declared. */
export class CellHistory {
  readonly #cells: PastCell[] = [];

  /** @param namesUsed reads compiled code; called once for each cell that is looked at */
  constructor(private readonly namesUsed: (code: string) => NamesUsed) {}

  /** A cell is about to run; what is returned is to be called when it is over. `wrote` grows while it runs. */
  add(cell: Omit<CellCode, "isRunning">, wrote: ReadonlySet<string>): () => void {
    const added: PastCell = { ...cell, wrote, isOver: false };
    this.#cells.push(added);
    return () => (added.isOver = true);
  }

  /**
   * The cells that have to run, in order, for a name to get the value that it has now: the one that declared it, those
   * that declared what its code reads, and so on; and those that changed any of it. As a function sees the values of
   * today, and what a cell ran at once those of then, of each name the last declaration before the cell and the last of
   * all are taken.
   */
  cellsFor(name: string, values: ReadonlyMap<string, unknown>): CellCode[] {
    const chosen = new Set<number>();
    const asked = new Set<string>();
    const ask: (readonly [name: string, before: number])[] = [[name, this.#cells.length]];
    for (let next = ask.pop(); next !== undefined; next = ask.pop()) {
      const [wanted, before] = next;
      if (asked.has(`${before} ${wanted}`)) continue;
      asked.add(`${before} ${wanted}`);
      for (const index of this.#thatMake(wanted, before, values.get(wanted))) {
        if (chosen.has(index)) continue;
        chosen.add(index);
        for (const used of this.#names(index).used) ask.push([used, index]);
      }
    }
    return [...chosen]
      .sort((a, b) => a - b)
      .map((index) => {
        const { fileName, label, code, isAsync, isOver } = this.#cells[index]!;
        return { fileName, label, code, isAsync, isRunning: !isOver };
      });
  }

  #thatMake(name: string, before: number, value: unknown): number[] {
    const writers = this.#cells.flatMap(({ wrote }, index) => (wrote.has(name) ? [index] : []));
    const then = writers.filter((index) => index < before).at(-1);
    const now = writers.at(-1);
    const first = then ?? now;
    if (first === undefined) return [];
    const changed = this.#cells.flatMap((_cell, index) =>
      index > first && this.#changes(index, name, value) ? [index] : [],
    );
    return [...new Set([first, ...(now === undefined ? [] : [now]), ...changed])];
  }

  /** Whether a cell sets something within the value of a name, or calls a method that changes it. */
  #changes(index: number, name: string, value: unknown): boolean {
    const { setWithin, calledWithin } = this.#names(index);
    return setWithin.has(name) || (calledWithin.has(name) && isCollection(value));
  }

  #names(index: number): NamesUsed {
    const cell = this.#cells[index]!;
    return (cell.names ??= this.namesUsed(cell.code));
  }
}

/** What has methods whose purpose it is to change it; a namespace or a table has not. */
function isCollection(value: unknown): boolean {
  return Array.isArray(value) || types.isMap(value) || types.isSet(value) || ArrayBuffer.isView(value);
}

/** Where an object is among values with names: `["programs", "fixed"]`; undefined if it is not there. */
export function pathTo(wanted: object, values: Iterable<readonly [string, unknown]>): string[] | undefined {
  const level = [...values].map(([name, value]) => ({ path: [name], value }));
  for (let depth = 0, at = level; depth < DEEPEST && at.length > 0; depth++) {
    const found = at.find(({ value }) => value === wanted);
    if (found !== undefined) return found.path;
    at = at.flatMap(({ path, value }) =>
      isPlain(value)
        ? Object.entries(value).map(([key, part]) => ({ path: [...path, key], value: part as unknown }))
        : [],
    );
  }
  return undefined;
}

function isPlain(value: unknown): value is object {
  if (Array.isArray(value)) return value.length <= 1000;
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return (prototype === Object.prototype || prototype === null) && !types.isModuleNamespaceObject(value);
}
