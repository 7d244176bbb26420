import { checkInteger } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import { operation, Step, type Access, type Operation } from "../machine/step.js";
import type { World } from "../machine/world.js";
import { Part } from "./part.js";

/**
 * An unsigned long of flags, 64 bits, as two words of 32: what set_bit() and friends work on, e.g. `folio->flags`.
 * The order of each operation is that of Documentation/atomic_bitops.txt.
 */
export class Bits extends SharedObject {
  /** Bits 0 to 31 and 32 to 63. For the effects of steps only. */
  readonly words: [number, number] = [0, 0];
  /** Of bits that were touched, each at twice its number. */
  readonly #sides: Part[] = [];

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

  override fingerprint(): string {
    return this.words.join();
  }

  describe(): string {
    const [low, high] = this.words.map((word) => (word >>> 0).toString(16)) as [string, string];
    return high === "0" ? `0x${low}` : `0x${high}${low.padStart(8, "0")}`;
  }

  /**
   * Books how a step touches a bit: its side 0, on which setting it is an addition, and its side 1, for clearing it. So
   * setting a bit commutes with setting it, clearing it with clearing it, and what is done to one bit with what is done
   * to another; nothing else. A change is an addition to the whole too, which conflicts with what looks at the whole.
   */
  touch(world: World, nr: number, set: Access, clear: Access): void {
    world.touch(this.#side(world, 2 * nr), set);
    world.touch(this.#side(world, 2 * nr + 1), clear);
  }

  /** The same in every run, whoever needs it first. */
  #side(world: World, at: number): Part {
    return (this.#sides[at] ??= world.singleton(`bit ${at} of ${this.serial}`, () => new Part(this.name, this.memory)));
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

// What each does to the whole; what to the bit, it books itself.
const set = operation("set_bit", "add", { order: "relaxed" });
const clear = operation("clear_bit", "add", { order: "relaxed" });
const flip = operation("change_bit", "add", { order: "relaxed" });
const test = operation("test_bit", "none", { order: "once", cost: "load" });
const testAndSet = operation("test_and_set_bit", "add", { order: "full", varies: true });
const testAndClear = operation("test_and_clear_bit", "add", { order: "full", varies: true });
const testAndFlip = operation("test_and_change_bit", "add", { order: "full" });
const testAndSetLock = operation("test_and_set_bit_lock", "add", { order: "acquire", varies: true });
const clearUnlock = operation("clear_bit_unlock", "add", { order: "release" });

function checkBit(bits: Bits, nr: number): number {
  return checkInteger(`the bit of ${bits.name}`, nr, { min: 0, max: 63 });
}

/** Gives the bit a new value by the old one, which it returns. */
function change(kind: Operation, nr: number, bits: Bits, next: (old: boolean) => boolean): Step<boolean> {
  checkBit(bits, nr);
  return new Step(kind, bits, (_task, world) => {
    const old = bits.read(nr);
    const now = next(old);
    if (now === old) {
      // It has only looked.
      world.as("none");
      bits.touch(world, nr, "read", "read");
    } else {
      bits.write(nr, now);
      bits.touch(world, nr, "write", "write");
    }
    return old;
  }).with(nr);
}

/** The same without telling the old value: in which ways it touches the two sides of the bit. */
function changeOnly(
  kind: Operation,
  nr: number,
  bits: Bits,
  next: (old: boolean) => boolean,
  sides: readonly [set: Access, clear: Access],
): Step<void> {
  checkBit(bits, nr);
  return new Step<void>(kind, bits, (_task, world) => {
    bits.touch(world, nr, ...sides);
    bits.write(nr, next(bits.read(nr)));
  }).with(nr);
}

const on = (): boolean => true;
const off = (): boolean => false;
const other = (old: boolean): boolean => !old;

/** Sets bit `nr`: 0 to 63, here and below. */
export function setBit(nr: number, bits: Bits): Step<void> {
  return changeOnly(set, nr, bits, on, ["add", "read"]);
}

export function clearBit(nr: number, bits: Bits): Step<void> {
  return changeOnly(clear, nr, bits, off, ["read", "add"]);
}

/** From 0 to 1, or from 1 to 0. */
export function changeBit(nr: number, bits: Bits): Step<void> {
  return changeOnly(flip, nr, bits, other, ["add", "add"]);
}

/** Whether it is set. */
export function testBit(nr: number, bits: Bits): Step<boolean> {
  checkBit(bits, nr);
  return new Step(test, bits, (_task, world) => {
    bits.touch(world, nr, "read", "read");
    return bits.read(nr);
  }).with(nr);
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
  return changeOnly(clearUnlock, nr, bits, off, ["read", "add"]);
}
