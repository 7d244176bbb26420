/** Numbers as a person reads them. Digits are grouped by commas everywhere: tables, text, chart axes, notes and findings. */

import { checkInteger } from "./errors.js";

/** Where a comma stands among the digits of a whole number. */
const GROUPS = /\B(?=(\d{3})+(?!\d))/g;

/** An integer or BigInt with its digits grouped: 1234567 -> "1,234,567". */
export function groupDigits(value: number | bigint): string {
  const text = String(value);
  const sign = text.startsWith("-") ? "-" : "";
  return sign + text.slice(sign.length).replace(GROUPS, ",");
}

/**
 * A number for reading: integers below 10^15 exactly, others with 4 significant digits, or all digits before the point
 * where these are more; zeros at the end are kept where digits were rounded away ("2.000" is near 2, "2" is 2). Very
 * small and very large numbers in exponent form, "NaN", "∞" and "-∞" as such.
 *
 * @param decimals so many digits after the point instead, 0 to 20, for numbers that stand below each other
 * @example
 * formatNumber(1234567); // => "1,234,567"
 * formatNumber(1234.5678); // => "1,235"
 * formatNumber(1234.5678, 2); // => "1,234.57"
 */
export function formatNumber(value: number | bigint, decimals?: number): string {
  if (typeof value === "bigint") return groupDigits(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (decimals !== undefined) return fixed(value, checkInteger("decimals", decimals, { min: 0, max: 20 }));
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return groupDigits(Object.is(value, -0) ? 0 : value);
  const size = Math.abs(value);
  if (size < 1e-6 || size >= 1e15)
    return value
      .toExponential(3)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  const before = Math.floor(Math.log10(Number(size.toPrecision(4))) + 1e-12) + 1;
  const text = fixed(value, Math.max(0, Math.min(10, 4 - before)));
  const exact = Math.abs(Number(text.replaceAll(",", "")) - value) <= 1e-12 * size;
  return exact ? text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") : text;
}

/** So many digits after the point; a number that rounds to 0 has no sign. */
function fixed(value: number, decimals: number): string {
  // eslint-disable-next-line no-restricted-properties -- this is the place
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const text = whole!.replace(GROUPS, ",") + (fraction === undefined ? "" : `.${fraction}`);
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/**
 * A share, 0 to 1, in percent: with 3 significant digits, zeros at the end left out.
 *
 * @param digits so many significant digits instead, 1 to 21
 * @example
 * percent(0.28125); // => "28.1 %"
 * percent(0.5); // => "50 %"
 */
export function percent(share: number, digits = 3): string {
  return `${Number((100 * share).toPrecision(digits))} %`;
}

/** The value in full, for a tool tip. */
export function exactNumber(value: number | bigint): string {
  if (typeof value === "bigint" || (Number.isInteger(value) && Math.abs(value) < 1e21))
    return Object.is(value, -0) ? "-0" : groupDigits(value);
  return String(value);
}

interface Scale {
  readonly unit: string;
  /** How many of the base unit one of this unit is. */
  readonly size: number;
}

const BYTES: readonly Scale[] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"].map((unit, i) => ({ unit, size: 1024 ** i }));
const TIME: readonly Scale[] = [
  { unit: "ns", size: 1 },
  { unit: "µs", size: 1e3 },
  { unit: "ms", size: 1e6 },
  { unit: "s", size: 1e9 },
];

/** Units that have larger siblings, smallest first, starting at the given one; undefined for any other unit. */
function scalesFrom(unit: string): readonly Scale[] | undefined {
  const name = unit === "us" ? "µs" : unit === "bytes" ? "B" : unit;
  for (const family of [BYTES, TIME]) {
    const start = family.findIndex((s) => s.unit === name);
    const base = family[start];
    if (base !== undefined) return family.slice(start).map((s) => ({ unit: s.unit, size: s.size / base.size }));
  }
  return undefined;
}

/** Whether numbers of this unit are written in larger units of its family: B in MiB, ns in ms. */
export function hasScales(unit: string): boolean {
  return (scalesFrom(unit)?.length ?? 0) > 1;
}

/** The unit in which a value of this size reads best: 3221225472 B -> { unit: "GiB", size: 1073741824 }. */
export function readableUnit(unit: string, largest: number): Scale {
  const scales = scalesFrom(unit);
  if (scales === undefined || !Number.isFinite(largest)) return { unit, size: 1 };
  return scales.findLast((s) => Math.abs(largest) >= s.size) ?? scales[0]!;
}

/** One value with its unit: (1536, "B") -> "1.5 KiB", (0.5, "%") -> "0.5%", (12, undefined) -> "12". */
export function formatWithUnit(value: number | bigint, unit: string | undefined): string {
  if (unit === undefined) return formatNumber(value);
  if (unit === "%") return `${formatNumber(value)}%`;
  const scale = readableUnit(unit, Number(value));
  return `${formatNumber(scale.size === 1 ? value : Number(value) / scale.size)} ${scale.unit}`;
}
