/**
 * What must hold in every state between two wake-ups of ksmd. Each property has a name and says what is wrong, or nothing.
 * They recount from the pages what the counters say, so they cost O(pages) and are for tests and small models.
 */
import {
  PTE_ANON,
  PTE_KSM,
  PTE_KSM_ZERO,
  PTE_MASK,
  RMAP_ITEM,
  STABLE_FLAG,
  UNSTABLE_FLAG,
  type KsmState,
} from "../model/state.js";

export interface StateCheck {
  readonly name: string;
  readonly kind: "always";
  /** Undefined if it holds, else what is wrong. */
  violated(ksm: KsmState): string | undefined;
}

export const properties: readonly StateCheck[] = [
  {
    name: "counters-are-sums",
    kind: "always",
    violated(ksm) {
      const items = count(ksm, (flags) => (flags & RMAP_ITEM) !== 0);
      const merged = count(ksm, (flags) => (flags & STABLE_FLAG) !== 0);
      const unshared = count(ksm, (flags) => (flags & UNSTABLE_FLAG) !== 0);
      const zero = count(ksm, (flags) => (flags & PTE_MASK) === PTE_KSM_ZERO);
      return (
        differ("rmap items", ksm.rmapItems, items) ??
        differ("pages_shared + pages_sharing", ksm.pagesShared + ksm.pagesSharing, merged) ??
        differ("pages_unshared", ksm.pagesUnshared, unshared) ??
        differ("ksm_zero_pages", ksm.zeroPages, zero)
      );
    },
  },
  {
    name: "lists-have-their-length",
    kind: "always",
    violated(ksm) {
      let shared = 0;
      for (const node of regularNodes(ksm)) {
        const items = itemsOf(ksm, node);
        if (items.length > 0) shared++;
        const wrong = differ(`items of node ${node}`, ksm.nodes.length[node]!, items.length);
        if (wrong !== undefined) return wrong;
        const stray = items.find((page) => ksm.head[page] !== node);
        if (stray !== undefined) return `page ${stray} is on the list of node ${node} but points to ${ksm.head[stray]}`;
      }
      return differ("pages_shared", ksm.pagesShared, shared);
    },
  },
  {
    name: "merged-pages-map-a-node",
    kind: "always",
    violated(ksm) {
      const nodes = new Set(regularNodes(ksm));
      for (let page = 0; page < ksm.pages; page++) {
        if ((ksm.flags[page]! & PTE_MASK) === PTE_KSM && !nodes.has(ksm.content[page]!))
          return `page ${page} is mapped to a KSM page that has no node`;
      }
      return undefined;
    },
  },
  {
    name: "max-page-sharing-holds",
    kind: "always",
    violated(ksm) {
      if (ksm.sharers !== null) return undefined; // a fork may go over the limit
      const node = regularNodes(ksm).find((n) => ksm.nodes.length[n]! > ksm.knobs.max_page_sharing);
      return node === undefined
        ? undefined
        : `node ${node} is shared ${ksm.nodes.length[node]} times, max_page_sharing is ${ksm.knobs.max_page_sharing}`;
    },
  },
  {
    name: "map-counts-are-right",
    kind: "always",
    violated(ksm) {
      const mapped = new Map<number, number>();
      for (let page = 0; page < ksm.pages; page++) {
        if ((ksm.flags[page]! & PTE_MASK) === PTE_KSM)
          mapped.set(ksm.content[page]!, (mapped.get(ksm.content[page]!) ?? 0) + 1);
      }
      for (const node of regularNodes(ksm)) {
        const wrong = differ(`mappings of node ${node}`, ksm.nodes.mapCount[node]!, mapped.get(node) ?? 0);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  },
  {
    name: "a-skipped-or-merged-page-is-not-in-the-unstable-tree",
    kind: "always",
    violated(ksm) {
      for (let page = 0; page < ksm.pages; page++) {
        const flags = ksm.flags[page]!;
        if ((flags & UNSTABLE_FLAG) === 0) continue;
        if ((flags & STABLE_FLAG) !== 0) return `page ${page} is in both trees`;
        if ((flags & PTE_MASK) === PTE_KSM && ksm.sharers === null)
          return `page ${page} is merged and in the unstable tree`;
        if ((flags & RMAP_ITEM) === 0) return `page ${page} is in the unstable tree without an item`;
      }
      return undefined;
    },
  },
  {
    name: "the-unstable-tree-holds-the-items-of-this-scan",
    kind: "always",
    violated(ksm) {
      const tree = ksm.unstableTree;
      if (tree === null || ksm.cursor === null) return undefined; // between two scans what is left of it means nothing
      const pages: number[] = [];
      const visit = (node: number): void => {
        if (node === 0 || pages.length > ksm.pages) return;
        visit(tree.left[node]!);
        pages.push(node - 1);
        visit(tree.right[node]!);
      };
      visit(tree.root);
      const stray = pages.find((page) => (ksm.flags[page]! & UNSTABLE_FLAG) === 0);
      if (stray !== undefined) return `page ${stray} is in the tree and its item does not say so`;
      return differ("items of the unstable tree", ksm.unstableNodes, pages.length);
    },
  },
  {
    name: "the-list-holds-each-listed-process-once",
    kind: "always",
    violated(ksm) {
      const listed = ksm.slots.filter((slot) => slot.listed);
      const once = new Set(ksm.mmList);
      if (once.size !== ksm.mmList.length) return "a process is on ksmd's list twice";
      const missing = listed.find((slot) => !once.has(slot));
      if (missing !== undefined) return `${missing.name} is listed and not on ksmd's list`;
      if (ksm.cursor !== null && !once.has(ksm.cursor)) return "the cursor is at a process that is not on the list";
      return differ("processes on ksmd's list", listed.length, once.size);
    },
  },
  {
    name: "contents-are-counted",
    kind: "always",
    violated(ksm) {
      const used = new Set<number>([0]);
      for (let page = 0; page < ksm.pages; page++) {
        if ((ksm.flags[page]! & PTE_MASK) === PTE_ANON) used.add(ksm.content[page]!);
      }
      for (const node of ksm.nodes.inUse()) used.add(ksm.nodes.contentClass[node]!);
      return differ("contents in use", ksm.contents.size, used.size);
    },
  },
];

/** All that is wrong, as `name: what`; empty if every property holds. */
export function violations(ksm: KsmState): string[] {
  return properties.flatMap((property) => {
    const wrong = property.violated(ksm);
    return wrong === undefined ? [] : [`${property.name}: ${wrong}`];
  });
}

function regularNodes(ksm: KsmState): number[] {
  return [...ksm.nodes.inUse()].filter((node) => !ksm.nodes.isChain(node));
}

function itemsOf(ksm: KsmState, node: number): number[] {
  const pages: number[] = [];
  for (let item = ksm.nodes.first[node]!; item !== 0 && pages.length <= ksm.pages; item = ksm.next[item - 1]!)
    pages.push(item - 1);
  return pages;
}

function count(ksm: KsmState, test: (flags: number) => boolean): number {
  return ksm.flags.reduce((sum, flags) => sum + (test(flags) ? 1 : 0), 0);
}

function differ(what: string, counter: number, recounted: number): string | undefined {
  return counter === recounted ? undefined : `${what}: the counter says ${counter}, a recount ${recounted}`;
}
