import { LineCounts, LineState } from "../hardware/line.js";
import type { SharedObject } from "../machine/object.js";
import { LockStats } from "./lock-stats.js";
import { ObjectState } from "./object-state.js";
import type { Runner } from "./runner.js";

/** The simulator's side of all shared objects. What is measured is kept by name, so that objects may come and go. */
export class Objects {
  readonly stats = new Map<string, LockStats>();
  readonly lines = new Map<string, LineCounts>();

  constructor(readonly cpus: number) {}

  stateOf(object: SharedObject): ObjectState<Runner> {
    return (object.host as ObjectState<Runner> | null) ?? this.#add(object);
  }

  reset(): void {
    for (const stats of this.stats.values()) stats.reset();
    for (const line of this.lines.values()) line.reset();
  }

  #add(object: SharedObject): ObjectState<Runner> {
    let stats = this.stats.get(object.name);
    if (stats === undefined) this.stats.set(object.name, (stats = new LockStats(object.name)));
    const { line } = object;
    let state: LineState;
    if (line === null) state = this.#line(object.name);
    else line.host = state = (line.host as LineState | null) ?? this.#line(line.name);
    return (object.host = new ObjectState<Runner>(state, stats));
  }

  #line(name: string): LineState {
    let counts = this.lines.get(name);
    if (counts === undefined) this.lines.set(name, (counts = new LineCounts(name)));
    return new LineState(counts, this.cpus);
  }
}
