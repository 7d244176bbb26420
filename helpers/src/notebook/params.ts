import {
  DISPLAY,
  InputError,
  checkInteger,
  checkKeys,
  checkNumber,
  checkOneOf,
  type MimeBundle,
  exactNumber,
} from "@mm-lab/kernel-model";
import { escapeHtml } from "../tables/text.js";

export type ParamValue = number | boolean | string;

/** What a parameter accepts beyond its type. */
export interface ParamRule {
  /** Smallest accepted number. */
  readonly min?: number;
  /** Largest accepted number. */
  readonly max?: number;
  /** Only whole numbers. Default: any number. */
  readonly integer?: boolean;
  /** Unit of the number, e.g. "pages", "ms". */
  readonly unit?: string;
  /** The accepted strings or numbers. */
  readonly choices?: readonly (string | number)[];
  /** One line for the table: what the parameter does. */
  readonly meaning?: string;
}

/** The type of a parameter: that of its default, narrowed to its choices. */
type ValueOf<Default, Rule> = Rule extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : Default extends number
    ? number
    : Default extends boolean
      ? boolean
      : string;

/** The parameters in force; shown as a table when it is the last value of a cell. */
export type Params<Defaults, Rules> = {
  readonly [Name in keyof Defaults]: ValueOf<Defaults[Name], Name extends keyof Rules ? Rules[Name] : undefined>;
};

const USED = Symbol.for("mm-lab.params");

/**
 * The parameters of a notebook, for its first cell (tagged `parameters`). Each has the type of its default, and
 * `mm-lab run NOTEBOOK -p name=value` overrides it (through the environment variable MMLAB_PARAMS, a JSON object).
 *
 * @throws InputError for an unknown name, a value of the wrong type or out of range, or a default that breaks its own rule
 *
 * @example
 * const p = params({ pages: 100_000, policy: "smart" }, { pages: { min: 1, integer: true, unit: "pages" }, policy: { choices: ["smart", "none"] } });
 * p.pages; // 100000, or what `-p pages=…` said
 */
export function params<
  const Defaults extends Readonly<Record<string, ParamValue>>,
  const Rules extends { readonly [Name in keyof Defaults]?: ParamRule } = {
    readonly [Name in keyof Defaults]?: ParamRule;
  },
>(defaults: Defaults, rules?: Rules): Params<Defaults, Rules> {
  const ruleOf: Readonly<Record<string, ParamRule | undefined>> = rules ?? {};
  checkKeys("the rules of params()", ruleOf, Object.keys(defaults));
  const given = givenParams();
  checkKeys("this notebook (-p)", given, Object.keys(defaults));
  const used: Record<string, ParamValue> = {};
  for (const [name, standard] of Object.entries(defaults)) {
    const rule = ruleOf[name] ?? {};
    used[name] = check(name, standard, standard, rule);
    if (Object.hasOwn(given, name)) used[name] = check(name, given[name], standard, rule);
  }
  Object.defineProperty(globalThis, USED, { value: Object.freeze({ ...used }), configurable: true });
  Object.defineProperty(used, DISPLAY, { value: () => tableOf(used, defaults, ruleOf) });
  return Object.freeze(used) as Params<Defaults, Rules>;
}

/** The parameters that {@link params} returned last in this process; empty if it was not called. */
export function usedParams(): Readonly<Record<string, ParamValue>> {
  return (globalThis as { [USED]?: Readonly<Record<string, ParamValue>> })[USED] ?? {};
}

function givenParams(): Readonly<Record<string, unknown>> {
  const text = process.env["MMLAB_PARAMS"];
  if (text === undefined || text === "") return {};
  const next = "use `mm-lab run NOTEBOOK -p name=value`, which sets it";
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new InputError("the environment variable MMLAB_PARAMS", text, "a JSON object", next);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new InputError("the environment variable MMLAB_PARAMS", text, "a JSON object", next);
  }
  return given as Record<string, unknown>;
}

/** A command line knows only text: "12" is a number where the default is one. */
function check(name: string, value: unknown, standard: ParamValue, rule: ParamRule): ParamValue {
  const converted = convert(value, standard);
  if (rule.choices !== undefined) return checkOneOf(name, converted as ParamValue, rule.choices);
  const range = { ...rule, next: `give ${name} a value in that range` };
  if (typeof standard === "number")
    return rule.integer === true ? checkInteger(name, converted, range) : checkNumber(name, converted, range);
  if (typeof converted === typeof standard) return converted as ParamValue;
  const accepted = typeof standard === "boolean" ? "true or false" : "a text";
  throw new InputError(name, value, accepted, `write \`-p ${name}=${String(standard)}\` for the default`);
}

function convert(value: unknown, standard: ParamValue): unknown {
  if (typeof standard === "string")
    return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof value !== "string") return value;
  if (typeof standard === "boolean") return value === "true" ? true : value === "false" ? false : value;
  const plain = value.replace(/(?<=\d)_(?=\d)/g, "");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : value;
}

function tableOf(
  used: Readonly<Record<string, ParamValue>>,
  defaults: Readonly<Record<string, ParamValue>>,
  rules: Readonly<Record<string, ParamRule | undefined>>,
): MimeBundle {
  const rows = Object.entries(used).map(([name, value]) => {
    const { unit = "", meaning = "" } = rules[name] ?? {};
    const changed = value === defaults[name] ? "" : `default ${text(defaults[name])}`;
    return [name, text(value), unit, [meaning, changed].filter((part) => part !== "").join("; ")] as const;
  });
  const cell = (tag: string, value: string): string =>
    `<${tag}${tag === "th" ? ' scope="row"' : ""} style="text-align:left">${escapeHtml(value)}</${tag}>`;
  const body = rows
    .map(([name, ...rest]) => `<tr>${cell("th", name)}${rest.map((value) => cell("td", value)).join("")}</tr>`)
    .join("");
  return {
    "text/html": `<table><caption>Parameters</caption><tbody>${body}</tbody></table>`,
    "text/plain": rows
      .map(
        ([name, value, unit, note]) =>
          `${name} = ${value}${unit === "" ? "" : ` ${unit}`}${note === "" ? "" : ` (${note})`}`,
      )
      .join("\n"),
  };
}

function text(value: ParamValue | undefined): string {
  return typeof value === "number" ? exactNumber(value) : String(value);
}
