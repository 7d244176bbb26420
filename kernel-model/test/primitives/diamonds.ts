import { Execution, Observed, TaskKeys } from "../../src/explore/execution.js";
import { endState } from "../../src/explore/outcome.js";
import { Random } from "../../src/base/random.js";
import type { SharedObject } from "../../src/machine/object.js";
import type { Program } from "../../src/machine/program.js";
import type { Access, Step } from "../../src/machine/step.js";
import type { Task } from "../../src/machine/task.js";

interface Move {
  readonly key: number;
  readonly choice: number;
}

/** How a step touched objects, by serial number: "read", "add", "write", or of several kinds at once: "write". */
type Touches = ReadonlyMap<number, string>;

const KIND: Readonly<Record<Access, string>> = {
  none: "",
  read: "read",
  add: "add",
  write: "write",
  acquire: "write",
  release: "write",
};

function conflict(a: Touches, b: Touches): boolean {
  return [...a].some(([object, kind]) => b.has(object) && (kind === "write" || kind !== b.get(object)));
}

/** A run of a program that goes where it is told to. */
class Walk<S> {
  readonly #execution: Execution<S>;

  constructor(program: Program<S>, keys: TaskKeys, moves: readonly Move[] = []) {
    this.#execution = new Execution(program, new Observed(), false, keys);
    for (const move of moves) this.go(move);
  }

  get violation(): string | null {
    return this.#execution.violation?.what ?? null;
  }

  get moves(): readonly Move[] {
    const { world } = this.#execution;
    return world.tasks
      .filter((task) => this.#execution.canRun(task))
      .map(({ key, pending }) => ({ key, choice: Math.max(0, pending!.choices - 1) }))
      .sort((a, b) => a.key - b.key);
  }

  has({ key }: Move): boolean {
    return this.#task(key) !== undefined;
  }

  canGo({ key }: Move): boolean {
    return this.moves.some((move) => move.key === key);
  }

  /** What the step touches, its result, and what it is. */
  go({ key, choice }: Move): {
    readonly touches: Touches;
    readonly text: string;
    readonly surprises: readonly string[];
  } {
    const { world } = this.#execution;
    const task = this.#task(key)!;
    const step = task.pending!;
    const { hold } = task;
    const before = new Map(world.tasks.map((other) => [other, this.#execution.canRun(other)]));
    this.#execution.step(task, choice);
    const touches = new Map<number, string>();
    const add = (object: SharedObject, access: Access): void => {
      if (KIND[access] === "") return;
      const old = touches.get(object.serial) ?? KIND[access];
      touches.set(object.serial, old === KIND[access] ? old : "write");
      if (object.memory !== null) add(object.memory, "read");
    };
    this.#named(step, world.access, add);
    for (let i = 0; i < world.touchedCount; i++) add(world.touched[i]!, world.touchedAs[i]!);
    if (task.cpuObject !== null) add(task.cpuObject, task.hold === hold ? "read" : "write");
    const what = `${step.operation.name}(${step.object?.name ?? ""}) of ${task.name}`;
    const surprises = [...before]
      .filter(
        ([other, could]) =>
          other !== task &&
          other.pending !== null &&
          this.violation === null &&
          could !== this.#execution.canRun(other) &&
          !conflict(touches, this.#waiting(other)),
      )
      .map(
        ([other]) =>
          `${what} opens or closes ${other.pending!.operation.name}(${other.pending!.object?.name ?? ""}) of ${other.name}`,
      );
    if (this.violation !== null) return { touches, text: `${what} breaks ${this.violation}`, surprises };
    return {
      touches,
      text: `${what} = ${resultText(step.result)} touches ${[...touches]
        .map(([object, kind]) => `${object} ${kind}`)
        .sort()
        .join(", ")}`,
      surprises,
    };
  }

  #named(step: Step, access: Access, add: (object: SharedObject, access: Access) => void): void {
    if (step.object !== null) add(step.object, access);
    for (const other of step.others ?? []) add(other, "read");
  }

  #waiting(task: Task): Touches {
    const touches = new Map<number, string>();
    this.#named(task.pending!, task.pending!.operation.access, (object, access) =>
      touches.set(object.serial, touches.has(object.serial) ? "write" : KIND[access]),
    );
    if (task.cpuObject !== null) touches.set(task.cpuObject.serial, "read");
    return touches;
  }

  /** All that can be told of where it is. */
  get text(): string {
    const { state, world } = this.#execution;
    const tasks = [...world.tasks]
      .sort((a, b) => a.key - b.key)
      .map(
        (task) =>
          `${task.key} ${task.name} at ${task.pending?.operation.name ?? "end"}(${task.pending?.object?.serial ?? ""}) ${task.hold} ${task.rcuDepth} ${this.#execution.canRun(task)}`,
      );
    const objects = [...world.objects]
      .sort((a, b) => a.serial - b.serial)
      .map((object) => `${object.serial} ${object.name} = ${object.describe()}`);
    return [endState(state, world).split("; ").sort().join("\n"), ...tasks, ...objects].join("\n");
  }

  #task(key: number): Task | undefined {
    return this.#execution.world.tasks.find((task) => task.key === key);
  }
}

function resultText(result: unknown): string {
  return typeof result === "object" && result !== null ? "an object" : String(result);
}

/**
 * Walks through a program at random. In each state, two steps that can happen there, or one and another that can happen
 * after it, and that claim not to conflict, must commute: either order possible, each touching and returning the same, the
 * same state behind both, and the same from there on. Returns what is wrong, or null; counts the pairs.
 */
export function broken<S>(
  program: Program<S>,
  seed: number,
  counts: { commuting: number; conflicting: number },
): string | null {
  const random = new Random(seed);
  const keys = new TaskKeys();
  const moves: Move[] = [];
  for (;;) {
    const here = new Walk(program, keys, moves);
    if (here.violation !== null || moves.length > 60) return null;
    const possible = here.moves;
    if (possible.length === 0) return null;
    for (const a of possible) {
      const first = new Walk(program, keys, moves);
      const aFirst = first.go(a);
      if (aFirst.surprises.length > 0) return aFirst.surprises.join("; ");
      if (first.violation !== null) continue;
      for (const b of first.moves) {
        // What a task has started comes after the start.
        if (b.key === a.key || !here.has(b)) continue;
        const wrong = compare(program, keys, moves, a, b, counts, random.below(2 ** 31));
        if (wrong !== null) return wrong;
      }
      for (const b of possible) {
        if (b.key === a.key || first.canGo(b)) continue;
        const bFirst = new Walk(program, keys, moves).go(b);
        if (!conflict(aFirst.touches, bFirst.touches)) return `${aFirst.text} closes ${bFirst.text}`;
      }
    }
    moves.push(possible[random.below(possible.length)]!);
  }
}

function compare<S>(
  program: Program<S>,
  keys: TaskKeys,
  moves: readonly Move[],
  a: Move,
  b: Move,
  counts: { commuting: number; conflicting: number },
  seed: number,
): string | null {
  const ab = new Walk(program, keys, moves);
  const a1 = ab.go(a);
  if (!ab.canGo(b)) return null;
  const b2 = ab.go(b);
  const ba = new Walk(program, keys, moves);
  const possible = ba.canGo(b);
  const b1 = possible ? ba.go(b) : null;
  const claimed = !conflict(a1.touches, b2.touches) || (b1 !== null && !conflict(a1.touches, b1.touches));
  if (!claimed) {
    counts.conflicting++;
    return null;
  }
  counts.commuting++;
  const about = `${a1.text}\nand ${b2.text}`;
  if (b1 === null) return `${about}\nthe second cannot be first`;
  if (ba.violation !== ab.violation && ba.violation !== null) return `${about}\nthe other way round: ${ba.violation}`;
  if (ab.violation !== null)
    return ba.violation !== null || !ba.canGo(a) || (ba.go(a), ba.violation !== null)
      ? null
      : `${about}\nonly one order breaks ${ab.violation}`;
  if (!ba.canGo(a)) return `${about}\nthe first cannot be second`;
  const a2 = ba.go(a);
  if (a1.text !== a2.text) return `${about}\nthe other way round: ${a2.text}`;
  if (b1.text !== b2.text) return `${about}\nthe other way round: ${b1.text}`;
  const random = new Random(seed);
  for (let further = 0; further < 40; further++) {
    if (ab.text !== ba.text) return `${about}\n${further} steps later ${difference(ab.text, ba.text)}`;
    const possible = ab.moves;
    if (possible.length === 0 || ab.violation !== null) return null;
    const move = possible[random.below(possible.length)]!;
    const [x, y] = [ab.go(move), ba.go(move)];
    if (x.text !== y.text) return `${about}\n${further} steps later ${x.text}\nor ${y.text}`;
  }
  return null;
}

function difference(a: string, b: string): string {
  const [left, right] = [a.split("\n"), b.split("\n")];
  return `${left.filter((line) => !right.includes(line)).join("; ")} or ${right.filter((line) => !left.includes(line)).join("; ")}`;
}
