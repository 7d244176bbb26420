import type { Path } from "../machine/path.js";
import { alwaysAtEnd, define, type Program } from "../machine/program.js";
import { Cell, cmpxchg, READ_ONCE, WRITE_ONCE } from "../primitives/cell.js";

/** A stack of three nodes as a linked list, A on top. A node that was popped may be pushed again. */
interface Node {
  readonly name: string;
  readonly next: Cell<Node | null>;
}

/** What the top pointer holds: the node, and how often the top changed, where the stack counts that. */
interface Top {
  readonly node: Node | null;
  readonly version: number;
  readonly name: string;
}

interface State {
  readonly top: Cell<Top>;
  readonly nodes: readonly Node[];
  readonly counted: boolean;
  /** Equal tops are the same object, as equal words are the same bits: what lets a cmpxchg be fooled. */
  readonly tops: Map<string, Top>;
}

function topOf({ counted, tops }: Pick<State, "counted" | "tops">, node: Node | null, before: number): Top {
  const version = counted ? before + 1 : 0;
  const name = `${node?.name ?? "NULL"}${version === 0 ? "" : ` #${version}`}`;
  const top = tops.get(name) ?? { node, version, name };
  tops.set(name, top);
  return top;
}

/** Takes the top node off; null if the stack is empty or another task was faster. */
function* pop(s: State): Path<Node | null> {
  const top = yield* READ_ONCE(s.top);
  if (top.node === null) return null;
  const next = yield* READ_ONCE(top.node.next);
  return (yield* cmpxchg(s.top, top, topOf(s, next, top.version))) === top ? top.node : null;
}

function* push(s: State, node: Node): Path<boolean> {
  const top = yield* READ_ONCE(s.top);
  yield* WRITE_ONCE(node.next, top.node);
  return (yield* cmpxchg(s.top, top, topOf(s, node, top.version))) === top;
}

function* popOne(s: State): Path<string> {
  const node = yield* pop(s);
  return node === null ? "" : node.name;
}

/** Takes two nodes off and puts the first back: A, B, A again, while another task is in the middle of its pop. */
function* popTwoPushOne(s: State): Path<string> {
  const first = yield* pop(s);
  const second = yield* pop(s);
  const back = first !== null && (yield* push(s, first));
  return [back ? "" : (first?.name ?? ""), second?.name ?? ""].join("");
}

function onStack({ top }: State): string {
  const names: string[] = [];
  for (let node = top.value.node; node !== null && names.length < 4; node = node.next.value) names.push(node.name);
  return names.join("");
}

/**
 * Treiber's stack (1986) and its ABA problem: a pop that was interrupted finds the same node on top again, though the node
 * below it is long gone.
 *
 * @param counted whether the top pointer counts its changes, which tells A from A again
 */
export function treiberStack(counted: boolean): Program<State> {
  return define({
    name: counted ? "treiber stack, counted top" : "treiber stack",
    setup: (): State => {
      const nodes = ["A", "B", "C"].map((name): Node => ({ name, next: new Cell<Node | null>(`${name}->next`, null) }));
      nodes.forEach((node, i) => (node.next.current = nodes[i + 1] ?? null));
      const rest = { nodes, counted, tops: new Map<string, Top>() };
      return { ...rest, top: new Cell("top", topOf(rest, nodes[0]!, 0)) };
    },
    tasks: (s) => ({ "CPU 0": popOne(s), "CPU 1": popTwoPushOne(s) }),
    properties: [
      alwaysAtEnd("each node is on the stack or with one task", (s, { results }) => {
        const all = [onStack(s), results["CPU 0"], results["CPU 1"]].join("");
        return all.length === 3 && ["A", "B", "C"].every((name) => all.includes(name));
      }),
    ],
  });
}
