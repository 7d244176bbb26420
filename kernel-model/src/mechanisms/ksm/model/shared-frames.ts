/**
 * Private pages whose frame several processes share since fork: a store by one gives it a copy, and when ksmd makes a KSM
 * page of the frame, all of them map that at once. A ring per shared frame; no memory until the first fork.
 */
import { PTE_KSM, PTE_MASK, type KsmState } from "./state.js";

/** Page `child` maps the frame of page `parent` as well. */
export function shareFrame(ksm: KsmState, parent: number, child: number): void {
  const ring = (ksm.sharers ??= new Int32Array(ksm.pages));
  const next = ring[parent]!;
  ring[child] = next === 0 ? parent + 1 : next;
  ring[parent] = child + 1;
}

/** Whether others map the frame of this private page. */
export function isFrameShared(ksm: KsmState, page: number): boolean {
  return ksm.sharers !== null && ksm.sharers[page] !== 0;
}

/** The pages that map the frame of this private page, itself first. */
export function sharersOf(ksm: KsmState, page: number): number[] {
  const pages = [page];
  if (ksm.sharers === null) return pages;
  for (let next = ksm.sharers[page]!; next !== 0 && next !== page + 1; next = ksm.sharers[next - 1]!)
    pages.push(next - 1);
  return pages;
}

/** The page maps the frame no longer. */
export function leaveFrame(ksm: KsmState, page: number): void {
  if (!isFrameShared(ksm, page)) return;
  const ring = ksm.sharers!;
  const others = sharersOf(ksm, page).slice(1);
  const before = others.at(-1)!;
  ring[before] = others.length === 1 ? 0 : ring[page]!;
  ring[page] = 0;
  ksm.lru.rename(page, others[0]!);
}

/** Whether two addresses map one frame: a private one since fork, or one KSM page. */
export function isSameFrame(ksm: KsmState, a: number, b: number): boolean {
  if (ksm.sharers === null) return false;
  if ((ksm.flags[a]! & PTE_MASK) === PTE_KSM)
    return (ksm.flags[b]! & PTE_MASK) === PTE_KSM && ksm.content[a] === ksm.content[b];
  return sharersOf(ksm, a).includes(b);
}
