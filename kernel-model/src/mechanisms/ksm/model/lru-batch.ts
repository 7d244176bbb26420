/** PAGEVEC_SIZE of Linux 6.12 and 6.18. */
export const LRU_BATCH_SIZE = 31;

/**
 * Fresh pages on their way to the LRU lists (the per-CPU lru_add batch of mm/swap.c). The batch holds a reference to each
 * of its pages, and write_protect_page() refuses a page with a reference that it cannot account for: a page in the batch
 * cannot be merged. The batch is emptied when it is full and before each full scan; before Linux 6.14 ("mm: remove
 * unnecessary calls to lru_add_drain") also when memory is unmapped or discarded.
 *
 * One batch: the processes and ksmd are taken to run on one CPU.
 */
export class LruBatch {
  #pages: number[] = [];

  /** A page got a fresh frame (folio_add_lru). */
  add(page: number): void {
    this.#pages.push(page);
    if (this.#pages.length === LRU_BATCH_SIZE) this.drain();
  }

  /** lru_add_drain(). */
  drain(): void {
    if (this.#pages.length > 0) this.#pages = [];
  }

  holds(page: number): boolean {
    return this.#pages.length > 0 && this.#pages.includes(page);
  }

  /** The frame known as that of page `from` goes on as that of page `to`. */
  rename(from: number, to: number): void {
    const at = this.#pages.indexOf(from);
    if (at >= 0) this.#pages[at] = to;
  }
}
