/** What a column holds, as shown under its name where it has no unit. */
export type Kind = "integer" | "number" | "text" | "boolean" | "date" | "object" | "mixed" | "empty";

export interface ColumnScan {
  readonly kind: Kind;
  /** Values present, i.e. neither null nor undefined. */
  readonly present: number;
  /** Numbers that are NaN or infinite. */
  readonly notFinite: number;
  /** Over the finite numbers; NaN where there are none. */
  readonly min: number;
  readonly max: number;
  /** Smallest and largest size of the finite numbers other than 0; NaN where there are none. */
  readonly smallest: number;
  readonly largest: number;
  /** Whether all dates are at midnight UTC. */
  readonly wholeDays: boolean;
}

/** One pass over a column: O(rows), no allocation. */
export function scanColumn(values: ArrayLike<unknown>): ColumnScan {
  let kind: Kind = "empty";
  let present = 0;
  let notFinite = 0;
  let min = Infinity;
  let max = -Infinity;
  let smallest = Infinity;
  let largest = -Infinity;
  let wholeDays = true;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) continue;
    present++;
    const found = kindOf(value);
    if (found !== kind) kind = kind === "empty" ? found : merge(kind, found);
    if (typeof value === "number" || typeof value === "bigint") {
      const number = Number(value);
      if (!Number.isFinite(number)) {
        notFinite++;
        continue;
      }
      if (number < min) min = number;
      if (number > max) max = number;
      const size = Math.abs(number);
      if (size > 0 && size < smallest) smallest = size;
      if (size > largest && size > 0) largest = size;
    } else if (value instanceof Date && value.getTime() % 86_400_000 !== 0) wholeDays = false;
  }
  const orNaN = (x: number): number => (Number.isFinite(x) ? x : NaN);
  return {
    kind,
    present,
    notFinite,
    min: orNaN(min),
    max: orNaN(max),
    smallest: orNaN(smallest),
    largest: orNaN(largest),
    wholeDays,
  };
}

export function isNumeric(kind: Kind): boolean {
  return kind === "integer" || kind === "number";
}

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    // NaN and infinities say nothing about fractions: a column of integers with a NaN reads best as "number".
    case "number":
      return Number.isInteger(value) ? "integer" : "number";
    case "bigint":
      return "integer";
    case "string":
      return "text";
    case "boolean":
      return "boolean";
    default:
      return value instanceof Date ? "date" : "object";
  }
}

function merge(a: Kind, b: Kind): Kind {
  return isNumeric(a) && isNumeric(b) ? "number" : "mixed";
}
