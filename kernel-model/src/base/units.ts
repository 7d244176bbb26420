/**
 * Times are in ns of virtual time everywhere; these write longer ones as one reads them.
 *
 * @example
 * ms(2); // => 2000000
 * seconds(1) === 1000 * ms(1) && ms(1) === 1000 * us(1); // => true
 */
export const us = (microseconds: number): number => microseconds * 1e3;

/** Milliseconds in ns. */
export const ms = (milliseconds: number): number => milliseconds * 1e6;

/** Seconds in ns. */
export const seconds = (seconds: number): number => seconds * 1e9;
