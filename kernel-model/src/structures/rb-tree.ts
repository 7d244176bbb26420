import { grown } from "../base/arrays.js";

/**
 * A red-black tree on typed arrays whose shape is the one Linux builds (lib/rbtree.c): the same insertions and
 * deletions in the same order give the same tree, so "which nodes does a search pass" has the kernel's answer.
 *
 * Nodes are small integers chosen by the caller (0 means "none"); the caller does the searching, as kernel code does.
 * All operations are O(log n); 13 bytes a node.
 */
export class RbTree {
  root = 0;
  left: Int32Array;
  right: Int32Array;
  #parent: Int32Array;
  #red: Uint8Array;

  /** @param capacity largest node number to be used before the first {@link reserve} */
  constructor(capacity = 1024) {
    this.left = new Int32Array(capacity + 1);
    this.right = new Int32Array(capacity + 1);
    this.#parent = new Int32Array(capacity + 1);
    this.#red = new Uint8Array(capacity + 1);
  }

  /** Makes room for node numbers up to `capacity`. */
  reserve(capacity: number): void {
    this.left = grown(this.left, capacity + 1);
    this.right = grown(this.right, capacity + 1);
    this.#parent = grown(this.#parent, capacity + 1);
    this.#red = grown(this.#red, capacity + 1);
  }

  parentOf(node: number): number {
    return this.#parent[node]!;
  }

  isRed(node: number): boolean {
    return this.#red[node] === 1;
  }

  /** Links `node` as a leaf below `parent` (0: as the root) and restores the balance (rb_link_node, rb_insert_color). */
  insert(node: number, parent: number, asLeft: boolean): void {
    this.left[node] = 0;
    this.right[node] = 0;
    this.#parent[node] = parent;
    this.#red[node] = 1;
    if (parent === 0) this.root = node;
    else if (asLeft) this.left[parent] = node;
    else this.right[parent] = node;
    this.#balanceAfterInsert(node);
  }

  /** Puts `fresh` where `old` is, colour included (rb_replace_node). */
  replace(old: number, fresh: number): void {
    const parent = this.#parent[old]!;
    this.left[fresh] = this.left[old]!;
    this.right[fresh] = this.right[old]!;
    this.#parent[fresh] = parent;
    this.#red[fresh] = this.#red[old]!;
    if (this.left[fresh] !== 0) this.#parent[this.left[fresh]] = fresh;
    if (this.right[fresh] !== 0) this.#parent[this.right[fresh]] = fresh;
    this.#setChild(parent, old, fresh);
  }

  /** Unlinks `node` (rb_erase): a node with two children is replaced by its in-order successor. */
  erase(node: number): void {
    const { left, right } = this;
    const parentOf = this.#parent;
    const red = this.#red;
    const parent = parentOf[node]!;
    let needsBalance = 0;
    if (left[node] === 0 || right[node] === 0) {
      const child = left[node] === 0 ? right[node]! : left[node]!;
      this.#setChild(parent, node, child);
      if (child !== 0) {
        parentOf[child] = parent;
        red[child] = red[node]!;
      } else if (red[node] === 0) needsBalance = parent;
    } else {
      let successor = right[node]!;
      while (left[successor] !== 0) successor = left[successor]!;
      const orphan = right[successor]!;
      let orphanParent = successor;
      if (successor !== right[node]) {
        orphanParent = parentOf[successor]!;
        left[orphanParent] = orphan;
        right[successor] = right[node]!;
        parentOf[right[node]!] = successor;
      }
      left[successor] = left[node]!;
      parentOf[left[node]!] = successor;
      this.#setChild(parent, node, successor);
      parentOf[successor] = parent;
      if (orphan !== 0) {
        parentOf[orphan] = orphanParent;
        red[orphan] = 0;
      } else if (red[successor] === 0) needsBalance = orphanParent;
      red[successor] = red[node]!;
    }
    if (needsBalance !== 0) this.#balanceAfterErase(needsBalance);
  }

  #setChild(parent: number, old: number, fresh: number): void {
    if (parent === 0) this.root = fresh;
    else if (this.left[parent] === old) this.left[parent] = fresh;
    else this.right[parent] = fresh;
  }

  #rotate(node: number, toLeft: boolean): void {
    const [near, far] = toLeft ? [this.right, this.left] : [this.left, this.right];
    const risen = near[node]!;
    const moved = far[risen]!;
    near[node] = moved;
    if (moved !== 0) this.#parent[moved] = node;
    const parent = this.#parent[node]!;
    this.#setChild(parent, node, risen);
    this.#parent[risen] = parent;
    far[risen] = node;
    this.#parent[node] = risen;
  }

  #balanceAfterInsert(start: number): void {
    const parentOf = this.#parent;
    const red = this.#red;
    let node = start;
    for (;;) {
      let parent = parentOf[node]!;
      if (parent === 0) {
        red[node] = 0;
        return;
      }
      if (red[parent] === 0) return;
      const grand = parentOf[parent]!;
      const parentIsLeft = this.left[grand] === parent;
      const uncle = parentIsLeft ? this.right[grand]! : this.left[grand]!;
      if (uncle !== 0 && red[uncle] === 1) {
        red[parent] = 0;
        red[uncle] = 0;
        red[grand] = 1;
        node = grand;
        continue;
      }
      if (node === (parentIsLeft ? this.right[parent] : this.left[parent])) {
        this.#rotate(parent, parentIsLeft);
        parent = node;
      }
      this.#rotate(grand, !parentIsLeft);
      red[parent] = 0;
      red[grand] = 1;
      return;
    }
  }

  #balanceAfterErase(start: number): void {
    const parentOf = this.#parent;
    const red = this.#red;
    let parent = start;
    let node = 0; // the side that is one black node short; 0 on the first turn
    for (;;) {
      const shortIsLeft = this.left[parent] === node;
      const near = shortIsLeft ? this.left : this.right;
      const far = shortIsLeft ? this.right : this.left;
      let sibling = far[parent]!;
      if (red[sibling] === 1) {
        this.#rotate(parent, shortIsLeft);
        red[sibling] = 0;
        red[parent] = 1;
        sibling = far[parent]!;
      }
      const farNephew = far[sibling]!;
      if (farNephew === 0 || red[farNephew] === 0) {
        const nearNephew = near[sibling]!;
        if (nearNephew === 0 || red[nearNephew] === 0) {
          red[sibling] = 1;
          if (red[parent] === 1) {
            red[parent] = 0;
            return;
          }
          node = parent;
          parent = parentOf[node]!;
          if (parent === 0) return;
          continue;
        }
        this.#rotate(sibling, !shortIsLeft);
        red[nearNephew] = 0;
        red[sibling] = 1;
        sibling = nearNephew;
      }
      this.#rotate(parent, shortIsLeft);
      red[sibling] = red[parent]!;
      red[parent] = 0;
      red[far[sibling]!] = 0;
      return;
    }
  }
}
