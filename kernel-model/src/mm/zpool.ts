import { operation, type Step } from "../machine/step.js";
import { PAGE_BYTES } from "./page.js";
import { actOn, type Plain, type Shared } from "./shared.js";

/** What keeps the compressed pages of a pool: Zsmalloc, or less where only the number matters. */
export interface Allocator extends Plain {
  /** A handle, or a negative error. */
  malloc(length: number): number;
  free(handle: number): void;
  readonly totalSizeBytes: number;
}

/** A page for each entry, whatever its length: enough for small scenarios. */
export class SizeOnly implements Allocator {
  #pages = 0;

  malloc(): number {
    return this.#pages++;
  }

  free(): void {
    this.#pages--;
  }

  get totalSizeBytes(): number {
    return this.#pages * PAGE_BYTES;
  }

  describe(): string {
    return `${this.totalSizeBytes} bytes`;
  }
}

/** The zpool of a pool. The kernel spreads entries over 32 of them, to spread their locks; one is enough for the sizes. */
export type Zpool = Shared<Allocator>;

const malloc = operation("zpool_malloc", "write", { cost: "allocate" });
const free = operation("zpool_free", "write", { cost: "allocate" });
const size = operation("zpool_get_total_size", "read");

/** Room for a compressed page: a handle, or a negative error for a length that it does not take. */
export function zpoolMalloc(pool: Zpool, length: number): Step<number> {
  return actOn(malloc, pool, (allocator) => allocator.malloc(length)).with(length);
}

export function zpoolFree(pool: Zpool, handle: number): Step<void> {
  return actOn(free, pool, (allocator) => allocator.free(handle));
}

/** Bytes that the pool takes now. */
export function zpoolTotalSize(pool: Zpool): Step<number> {
  return actOn(size, pool, (allocator) => allocator.totalSizeBytes);
}
