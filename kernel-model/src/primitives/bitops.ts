import { checkInteger } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import { operation, Step, type Operation } from "../machine/step.js";

/**
 * An unsigned long of flags, 64 bits, as two words of 32: what set_bit() and friends work on, e.g. `folio->flags`.
 * The order of each operation is that of Documentation/atomic_bitops.txt.
 */
export class Bits extends SharedObject {
  /** Bits 0 to 31 and 32 to 63. For the effects of steps only. */
  readonly words: [number, number] = [0, 0];

  /** `set`: numbers of the bits that are set at first, 0 to 63. Throws InputError. */
  constructor(name: string, set: readonly number[] = [], memory: Memory | null = null) {
    super(name, memory);
    for (const nr of set) this.write(checkBit(this, nr), true);
  }

  /** Numbers of the bits that are set. */
  get value(): readonly number[] {
    this.seen();
    return Array.from({ length: 64 }, (_, nr) => nr).filter((nr) => this.read(nr));
  }

  /** Whether bit `nr`, 0 to 63, is set. */
  has(nr: number): boolean {
    this.seen();
    return this.read(checkBit(this, nr));
  }

  describe(): string {
    const [low, high] = this.words.map((word) => (word >>> 0).toString(16)) as [string, string];
    return high === "0" ? `0x${low}` : `0x${high}${low.padStart(8, "0")}`;
  }

  read(nr: number): boolean {
    return ((this.words[nr >> 5]! >>> (nr & 31)) & 1) === 1;
  }

  write(nr: number, on: boolean): void {
    const bit = 1 << (nr & 31);
    if (on) this.words[nr >> 5]! |= bit;
    else this.words[nr >> 5]! &= ~bit;
  }
}

const set = operation("set_bit", "write", { order: "relaxed" });
const clear = operation("clear_bit", "write", { order: "relaxed" });
const flip = operation("change_bit", "write", { order: "relaxed" });
const test = operation("test_bit", "read", { order: "once" });
const testAndSet = operation("test_and_set_bit", "write", { order: "full" });
const testAndClear = operation("test_and_clear_bit", "write", { order: "full" });
const testAndFlip = operation("test_and_change_bit", "write", { order: "full" });
const testAndSetLock = operation("test_and_set_bit_lock", "write", { order: "acquire" });
const clearUnlock = operation("clear_bit_unlock", "write", { order: "release" });

function checkBit(bits: Bits, nr: number): number {
  return checkInteger(`the bit of ${bits.name}`, nr, { min: 0, max: 63 });
}

/** Gives the bit a new value by the old one, which it returns. */
function change(kind: Operation, nr: number, bits: Bits, next: (old: boolean) => boolean): Step<boolean> {
  checkBit(bits, nr);
  return new Step(kind, bits, () => {
    const old = bits.read(nr);
    bits.write(nr, next(old));
    return old;
  }).with(nr);
}

/** The same without telling the old value. */
function changeOnly(kind: Operation, nr: number, bits: Bits, next: (old: boolean) => boolean): Step<void> {
  checkBit(bits, nr);
  return new Step<void>(kind, bits, () => bits.write(nr, next(bits.read(nr)))).with(nr);
}

const on = (): boolean => true;
const off = (): boolean => false;
const other = (old: boolean): boolean => !old;

/** Sets bit `nr`: 0 to 63, here and below. */
export function setBit(nr: number, bits: Bits): Step<void> {
  return changeOnly(set, nr, bits, on);
}

export function clearBit(nr: number, bits: Bits): Step<void> {
  return changeOnly(clear, nr, bits, off);
}

/** From 0 to 1, or from 1 to 0. */
export function changeBit(nr: number, bits: Bits): Step<void> {
  return changeOnly(flip, nr, bits, other);
}

/** Whether it is set. */
export function testBit(nr: number, bits: Bits): Step<boolean> {
  checkBit(bits, nr);
  return new Step(test, bits, () => bits.read(nr)).with(nr);
}

/** Sets it; whether it was set before. */
export function testAndSetBit(nr: number, bits: Bits): Step<boolean> {
  return change(testAndSet, nr, bits, on);
}

/** Clears it; whether it was set before. */
export function testAndClearBit(nr: number, bits: Bits): Step<boolean> {
  return change(testAndClear, nr, bits, off);
}

/** Changes it; whether it was set before. */
export function testAndChangeBit(nr: number, bits: Bits): Step<boolean> {
  return change(testAndFlip, nr, bits, other);
}

/** Sets it as a lock is taken; whether another had it. */
export function testAndSetBitLock(nr: number, bits: Bits): Step<boolean> {
  return change(testAndSetLock, nr, bits, on);
}

/** Clears it as a lock is given back. */
export function clearBitUnlock(nr: number, bits: Bits): Step<void> {
  return changeOnly(clearUnlock, nr, bits, off);
}
