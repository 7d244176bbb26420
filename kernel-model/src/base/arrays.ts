type NumberArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** A longer copy of an array, by default of twice the length: its numbers, then `filler`. */
export function grown<A extends NumberArray>(old: A, length = 2 * old.length, filler = 0): A {
  const fresh = new (old.constructor as new (length: number) => A)(length);
  fresh.set(old);
  return filler === 0 ? fresh : (fresh.fill(filler, old.length) as A);
}
