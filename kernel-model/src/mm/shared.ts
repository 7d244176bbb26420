import { SharedObject, type Memory } from "../machine/object.js";
import { Step, type Operation } from "../machine/step.js";

/** A kernel object as plain data with methods that act at once. */
export interface Plain {
  /** Its state as short text; equal text means equal state. */
  describe(): string;
}

/**
 * A kernel object for both of its uses, which is what every object of this folder is:
 * - sequential: a policy over millions of pages, the `setup` of a program and effects call the methods of `plain`;
 * - step by step: a path acts on it by steps (see {@link actOn}), each of them indivisible, traced and costed.
 *
 * A policy makes the plain object alone and pays for no step; a path's steps call the same methods, so that both uses
 * cannot drift apart. What tasks may touch at the same time without conflict is split into several objects.
 */
export class Shared<T extends Plain> extends SharedObject {
  constructor(
    name: string,
    /** For `setup` and for the effects of steps only. */
    readonly plain: T,
    memory: Memory | null = null,
  ) {
    super(name, memory);
  }

  /** The object as properties read it. */
  get now(): T {
    this.seen();
    return this.plain;
  }

  describe(): string {
    return this.plain.describe();
  }
}

/**
 * One step of a path on a shared object.
 *
 * @param act what it does; its result is the step's
 * @example
 * class Bitmap {
 *   bits = new Set();
 *   describe() { return [...this.bits].join(" "); }
 * }
 * const setBit = operation("set_bit", "write");
 * const program = define({
 *   name: "two bits",
 *   setup: () => ({ map: new Shared("map", new Bitmap()) }),
 *   tasks: (s) => ({ A: actOn(setBit, s.map, (map) => map.bits.add(1)), B: actOn(setBit, s.map, (map) => map.bits.add(2)) }),
 * });
 * explore(program).effort.endStates.size; // => 2
 */
export function actOn<T extends Plain, R>(operation: Operation, shared: Shared<T>, act: (plain: T) => R): Step<R> {
  return new Step(operation, shared, () => act(shared.plain));
}
