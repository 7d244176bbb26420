import fc from "fast-check";
import { expect, test } from "vitest";
import { RbTree } from "../../src/structures/rb-tree.js";

/** A set of integers kept in the tree, searched as kernel code does it: by the caller. */
class IntSet {
  readonly tree = new RbTree(256);
  add(key: number): void {
    let at = this.tree.root;
    let parent = 0;
    let asLeft = false;
    while (at !== 0) {
      parent = at;
      asLeft = key < at;
      at = asLeft ? this.tree.left[at]! : this.tree.right[at]!;
    }
    this.tree.insert(key, parent, asLeft);
  }
}

/** Keys in order; throws where a red-black rule is broken. Returns the black height as well. */
function check(tree: RbTree): number[] {
  const keys: number[] = [];
  const walk = (node: number, parent: number): number => {
    if (node === 0) return 1;
    expect(tree.parentOf(node)).toBe(parent);
    if (parent !== 0) expect(tree.isRed(node) && tree.isRed(parent)).toBe(false);
    const blacks = walk(tree.left[node]!, node);
    keys.push(node);
    expect(walk(tree.right[node]!, node)).toBe(blacks);
    return blacks + (tree.isRed(node) ? 0 : 1);
  };
  if (tree.root !== 0) expect(tree.isRed(tree.root)).toBe(false);
  walk(tree.root, 0);
  return keys;
}

test("random insertions and deletions keep order and the red-black rules", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 300 }), (operations) => {
      const set = new IntSet();
      const present = new Set<number>();
      for (const key of operations) {
        if (present.delete(key)) set.tree.erase(key);
        else {
          present.add(key);
          set.add(key);
        }
        expect(check(set.tree)).toEqual([...present].sort((a, b) => a - b));
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("ascending insertion gives the tree worked out by hand from lib/rbtree.c", () => {
  const set = new IntSet();
  for (let key = 1; key <= 8; key++) set.add(key);
  const draw = (node: number): string =>
    node === 0
      ? "."
      : `${set.tree.isRed(node) ? "r" : "b"}${node}(${draw(set.tree.left[node]!)}${draw(set.tree.right[node]!)})`;
  expect(draw(set.tree.root)).toBe("b4(r2(b1(..)b3(..))r6(b5(..)b7(.r8(..))))");
});

test("erasing a node with two children puts its successor in its place", () => {
  const set = new IntSet();
  for (const key of [4, 2, 6, 1, 3, 5, 7]) set.add(key);
  set.tree.erase(4);
  expect(set.tree.root).toBe(5);
  expect(check(set.tree)).toEqual([1, 2, 3, 5, 6, 7]);
});

test("replace keeps shape and colour", () => {
  const set = new IntSet();
  for (const key of [40, 20, 60, 10, 30]) set.add(key);
  set.tree.replace(20, 21);
  expect(check(set.tree)).toEqual([10, 21, 30, 40, 60]);
});
