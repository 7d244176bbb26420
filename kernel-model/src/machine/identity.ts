import { hashText } from "../base/hash.js";

/**
 * Names for what a run makes, the same in every run in which it is made in the same way. Partial-order reduction
 * compares steps of different runs, in which the order of making differs: what counts is who makes it, and as its how
 * manieth. Objects of `setup` are numbered in the order of their making; those of a task by the task and in its order.
 */
export interface Maker {
  /** First of the serial numbers that it gives. */
  readonly firstSerial: number;
  /** Objects made so far. */
  made: number;
}

/** Objects that one task, or `setup`, can make before numbers collide. */
const ROOM = 2 ** 20;

let maker: Maker = { firstSerial: 0, made: 0 };

/** What follows is made by the program itself (by `setup` and `tasks`). */
export function madeByProgram(): void {
  maker = { firstSerial: 0, made: 0 };
}

/** What follows is made by `next`; returns who made before, to be set again. */
export function madeBy(next: Maker): Maker {
  const outer = maker;
  maker = next;
  return outer;
}

export function serialOfNew(): number {
  return maker.firstSerial + maker.made++;
}

/** First serial number of a task by its key. */
export const firstSerialOf = (key: number): number => (key + 1) * ROOM;

/** Whether the program itself made it. */
export const isOfProgram = (serial: number): boolean => serial >= 0 && serial < ROOM;

/** The serial number of a singleton by its key, whoever uses it first, in this process or another: below 0. */
export function serialOfSingleton(key: unknown): number {
  return -1 - hashText(typeof key === "function" ? key.name : String(key));
}
