import { Cell } from "../primitives/cell.js";
import { Mutex } from "../primitives/mutex.js";

/** A slot of a swap device, with what the swap cache keeps for it. */
export interface SwapSlot {
  /** Held by whoever has the slot's page locked in the swap cache. Pages that nobody has locked are not modelled. */
  readonly folio: Mutex;
  /** What the device holds there: the number that stands for a page's content; 0 at first. */
  readonly disk: Cell<number>;
}

/** The slots of one swap device. Each is an object of its own: paths on different slots do not conflict. */
export class SwapSlots {
  readonly #slots = new Map<number, SwapSlot>();

  /** The slot at an offset, made with its first use. */
  at(offset: number): SwapSlot {
    let slot = this.#slots.get(offset);
    if (slot === undefined) {
      slot = { folio: new Mutex(`folio ${offset}`), disk: new Cell(`slot ${offset}`, 0) };
      this.#slots.set(offset, slot);
    }
    return slot;
  }
}
