/**
 * The inputs of a run, declared once: from the declaration follow the type of its options, their check, the help of the
 * command line, the parameters of a notebook, and data for sliders and sweeps.
 *
 * A schema library would give the type and the check; units, the kernel's way of saying what is wrong, and defaults that
 * a notebook overrides would be ours all the same.
 */
import type { Dataset, HasDataset } from "./dataset.js";
import { checkInteger, checkKeys, checkNumber, checkOneOf, describeRange, InputError, quote } from "./errors.js";

/** One named input. As JSON it is what a slider or a sweep has to know. */
export interface Parameter<T = unknown, D extends T | undefined = T | undefined> {
  readonly kind: "number" | "integer" | "choice" | "text" | "other";
  /** Absent where there is none, and leaving it out means something: {@link ParameterText.absent}. */
  readonly default: D;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly T[];
  /** What is accepted, in words. */
  readonly accepted: string;
  readonly unit?: string;
  readonly absent?: string;
  readonly meaning: string;
  /** The value if it is accepted. @throws InputError with this name for it */
  check(name: string, value: unknown): T;
}

/** What is said of a parameter besides its type. */
export interface ParameterText {
  /** One line: what it is, or does. */
  readonly meaning: string;
  /** Unit of the number, e.g. "pages", "ms". */
  readonly unit?: string;
  /** What leaving it out means where there is no default, e.g. "by size". */
  readonly absent?: string;
}

export interface NumberText extends ParameterText {
  readonly min?: number;
  readonly max?: number;
  /** What to do about a value out of range. Default: "give a value in that range". */
  readonly next?: string;
}

function numeric(
  kind: "number" | "integer",
  { next, ...text }: NumberText & { readonly default?: number | undefined },
): Parameter<number> {
  const checkIt = kind === "integer" ? checkInteger : checkNumber;
  const range = next === undefined ? text : { ...text, next };
  const check = (name: string, value: unknown): number => checkIt(name, value, range);
  if (text.default !== undefined) check("the default", text.default);
  const accepted = describeRange(kind === "integer" ? "an integer" : "a number", text);
  return { kind, ...text, default: text.default, accepted, check };
}

/** Any number of a range. */
function number(text: NumberText & { readonly default: number }): Parameter<number, number>;
function number(text: NumberText & { readonly default?: undefined }): Parameter<number, undefined>;
function number(text: NumberText & { readonly default?: number | undefined }): Parameter<number> {
  return numeric("number", text);
}

/** A whole number of a range. */
function integer(text: NumberText & { readonly default: number }): Parameter<number, number>;
function integer(text: NumberText & { readonly default?: undefined }): Parameter<number, undefined>;
function integer(text: NumberText & { readonly default?: number | undefined }): Parameter<number> {
  return numeric("integer", text);
}

/** One of a list. */
function choice<const C extends readonly (string | number | boolean)[]>(
  choices: C,
  text: ParameterText & { readonly default: C[number] },
): Parameter<C[number], C[number]>;
function choice<const C extends readonly (string | number | boolean)[]>(
  choices: C,
  text: ParameterText & { readonly default?: undefined },
): Parameter<C[number], undefined>;
function choice<T extends string | number | boolean>(
  choices: readonly T[],
  text: ParameterText & { readonly default?: T | undefined },
): Parameter<T> {
  return {
    kind: "choice",
    ...text,
    default: text.default,
    choices,
    accepted: `one of ${choices.map((value) => quote(value)).join(", ")}`,
    check: (name, value) => checkOneOf(name, value, choices),
  };
}

/** Any text. */
function text(given: ParameterText & { readonly default: string }): Parameter<string, string> {
  return {
    kind: "text",
    ...given,
    accepted: "a text",
    check(name, value) {
      if (typeof value === "string") return value;
      throw new InputError(name, value, "a text", `write e.g. ${name}: ${quote(given.default)}`);
    },
  };
}

/** What no other kind describes, with a check of its own. */
function other<T>(
  given: ParameterText & Pick<Parameter<T>, "accepted" | "check"> & { readonly default: T },
): Parameter<T, T> {
  return { kind: "other", ...given };
}

/** The kinds of parameter: `parameter.integer({ default: 4, min: 1, unit: "CPUs", meaning: "..." })`. */
export const parameter = { number, integer, choice, text, other };

export type ParameterSet = Readonly<Record<string, Parameter>>;

/** The options that parameters describe, as a caller writes them: each may be left out. */
export type Options<P extends ParameterSet> = { readonly [N in keyof P]?: TypeOf<P[N]> };

/** The same with the defaults filled in. */
export type ParameterValues<P extends ParameterSet> = {
  readonly [N in keyof P]: undefined extends P[N]["default"] ? TypeOf<P[N]> | undefined : TypeOf<P[N]>;
};

type TypeOf<P extends Parameter> = P extends Parameter<infer T> ? T : never;

/** The options of a {@link Schema}, by its type. */
export type OptionsOf<S> = S extends Schema<infer P> ? Options<P> : never;

/** What its check makes of them. */
export type ValuesOf<S> = S extends Schema<infer P> ? ParameterValues<P> : never;

/** The parameters of one run. Shown as a table when it is the last value of a notebook cell. */
export class Schema<P extends ParameterSet> implements HasDataset {
  constructor(
    /** What they are the parameters of, for messages, e.g. "zswap leak". */
    readonly of: string,
    readonly parameters: P,
  ) {}

  get names(): readonly string[] {
    return Object.keys(this.parameters);
  }

  /** Checks the options and fills in the defaults. @throws InputError for an unknown name, or a value out of range */
  check(given: Options<P>): ParameterValues<P> {
    checkKeys(this.of, given, this.names);
    const values = Object.entries(this.parameters).map(([name, one]) => {
      const value = (given as Readonly<Record<string, unknown>>)[name];
      return [name, value === undefined ? one.default : one.check(name, value)] as const;
    });
    return Object.fromEntries(values) as ParameterValues<P>;
  }

  /**
   * Some of the parameters, with other defaults: for the first cell of a notebook.
   *
   * @throws InputError for a name that is none of the schema's, or a default out of range
   * @example
   * params(zswap.leakParameters.with({ storeRate: 20_000, seed: 7 }));
   */
  with<const D extends Options<P>>(
    defaults: D,
  ): { readonly [N in keyof D & keyof P]: Parameter<TypeOf<P[N]>, TypeOf<P[N]>> };
  with(defaults: Options<P>): ParameterSet {
    checkKeys(this.of, defaults, this.names);
    const chosen = Object.entries(defaults).map(([name, value]) => {
      const one = this.parameters[name]!;
      return [name, { ...one, default: one.check(name, value) }] as const;
    });
    return Object.fromEntries(chosen);
  }

  dataset(): Dataset {
    const rows = Object.entries(this.parameters);
    return {
      title: `The parameters of ${this.of}`,
      columns: [
        { name: "parameter", meaning: "its name", values: rows.map(([name]) => name) },
        { name: "meaning", meaning: "what it is", values: rows.map(([, { meaning }]) => meaning) },
        { name: "accepted", meaning: "which values it takes", values: rows.map(([, { accepted }]) => accepted) },
        { name: "default", meaning: "its value where none is given", values: rows.map(([, one]) => defaultText(one)) },
      ],
    };
  }
}

/** The default as help and tables show it. */
export function defaultText({ default: preset, absent }: Parameter): string {
  if (preset === undefined) return absent ?? "none";
  return typeof preset === "string" ? preset : quote(preset);
}
