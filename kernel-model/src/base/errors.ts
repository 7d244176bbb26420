/**
 * Bad input, reported the same way everywhere: what was given, what is accepted, what to do next.
 *
 * The message is one line made of the three parts, e.g.
 * `pages_to_scan is -5; accepted: an integer from 1 to 4294967295 pages. Next: give a positive page count.`
 */
export class InputError extends Error {
  override readonly name = "InputError";

  constructor(
    /** The parameter, file or field that was wrong, as the user knows it. */
    readonly what: string,
    /** The value as given. */
    readonly value: unknown,
    /** What would have been accepted. */
    readonly accepted: string,
    /** What the user can do now. */
    readonly next: string,
  ) {
    super(`${what} is ${quote(value)}; accepted: ${accepted}. Next: ${next}.`);
  }
}

/** The user's own value, short and unambiguous: strings in quotes, long text cut, functions and objects named. */
export function quote(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (typeof value === "object" && value !== null) {
    const json = safeJson(value);
    return json.length > 80 ? `${json.slice(0, 77)}...` : json;
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

function safeJson(value: object): string {
  try {
    return JSON.stringify(value, (_key, v: unknown) => (typeof v === "bigint" ? `${v}n` : v)) ?? "{}";
  } catch {
    return Object.prototype.toString.call(value);
  }
}

export interface NumberRange {
  /** Smallest accepted value. Default: no lower bound. */
  readonly min?: number;
  /** Largest accepted value. Default: no upper bound. */
  readonly max?: number;
  /** Unit named in the message, e.g. "pages", "ms", "%". */
  readonly unit?: string;
  /** What to do next. Default: "give a value in that range". */
  readonly next?: string;
}

/** Returns `value` if it is an integer in the range, else throws {@link InputError}. */
export function checkInteger(what: string, value: unknown, range: NumberRange = {}): number {
  if (typeof value === "number" && Number.isInteger(value) && inRange(value, range)) return value;
  throw new InputError(what, value, describeRange("an integer", range), range.next ?? "give a value in that range");
}

/** Returns `value` if it is a finite number in the range, else throws {@link InputError}. */
export function checkNumber(what: string, value: unknown, range: NumberRange = {}): number {
  if (typeof value === "number" && Number.isFinite(value) && inRange(value, range)) return value;
  throw new InputError(what, value, describeRange("a number", range), range.next ?? "give a value in that range");
}

/** Returns `value` if it is one of `choices`, else throws {@link InputError} with the nearest choice suggested. */
export function checkOneOf<T extends string | number | boolean>(
  what: string,
  value: unknown,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new InputError(
    what,
    value,
    `one of ${choices.map((c) => quote(c)).join(", ")}`,
    typeof value === "string" && choices.every((c) => typeof c === "string")
      ? suggestion(value, choices)
      : "use one of these",
  );
}

/** Throws {@link InputError} if `given` has a key that is not in `known` (a misspelt parameter must never be ignored). */
export function checkKeys(what: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new InputError(
      `the parameters of ${what}`,
      given,
      `an object with ${known.join(", ")}`,
      "write them in braces, by name",
    );
  }
  for (const key of Object.keys(given)) {
    if (!known.includes(key))
      throw new InputError(`a parameter of ${what}`, key, known.join(", "), suggestion(key, known));
  }
}

function suggestion(given: string, known: readonly string[]): string {
  const nearest = [...known].sort((a, b) => editDistance(given, a) - editDistance(given, b))[0];
  if (nearest !== undefined && editDistance(given, nearest) <= Math.max(2, given.length / 3))
    return `did you mean ${quote(nearest)}`;
  return "use one of the accepted names";
}

function inRange(value: number, range: NumberRange): boolean {
  return value >= (range.min ?? -Infinity) && value <= (range.max ?? Infinity);
}

/** The range in words: "an integer from 1 to 9 pages". */
export function describeRange(kind: string, { min, max, unit }: NumberRange): string {
  const bounds =
    min !== undefined && max !== undefined
      ? ` from ${min} to ${max}`
      : min !== undefined
        ? ` of at least ${min}`
        : max !== undefined
          ? ` of at most ${max}`
          : "";
  return `${kind}${bounds}${unit === undefined ? "" : ` ${unit}`}`;
}

/** Levenshtein distance; O(|a| |b|), for short names only. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substituted, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
