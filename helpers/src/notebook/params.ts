import {
  checkKeys,
  DISPLAY,
  exactNumber,
  InputError,
  parameter,
  type MimeBundle,
  type Parameter,
} from "@mm-lab/kernel-model";
import { escapeHtml } from "../tables/text.js";

export type ParamValue = number | boolean | string;

/** A parameter of a notebook: declared by `parameter`, or of a run's schema; or just its default. */
export type Param = ParamValue | Parameter;

/** The parameters in force; shown as a table when it is the last value of a cell. */
export type Params<P> = { readonly [Name in keyof P]: ValueOf<P[Name]> };

type ValueOf<P> =
  P extends Parameter<infer T>
    ? T
    : P extends number
      ? number
      : P extends boolean
        ? boolean
        : P extends string
          ? string
          : never;

const USED = Symbol.for("mm-lab.params");

/**
 * The parameters of a notebook, for its first cell (tagged `parameters`). Those of a run come from its schema, with the
 * notebook's defaults; others are declared by `parameter`, or by a default alone, whose type they have then.
 * `mm-lab run NOTEBOOK -p name=value` overrides them (through the environment variable MMLAB_PARAMS, a JSON object).
 *
 * @throws InputError for an unknown name, a value of the wrong type or out of range, or a parameter without a default
 *
 * @example
 * const p = params({
 *   ...zswap.leakParameters.with({ storeRate: 20_000, seed: 7 }),
 *   runs: parameter.integer({ default: 10, min: 2, meaning: "runs of each experiment" }),
 * });
 * p.runs; // => 10
 */
export function params<const P extends Readonly<Record<string, Param>>>(given: P): Params<P> {
  const declared = new Map(Object.entries(given).map(([name, param]) => [name, declare(name, param)]));
  const wanted = givenParams();
  checkKeys("this notebook (-p)", wanted, [...declared.keys()]);
  const used: Record<string, ParamValue> = {};
  for (const [name, one] of declared)
    used[name] = Object.hasOwn(wanted, name)
      ? (one.check(name, convert(wanted[name], one.default)) as ParamValue)
      : one.default;
  Object.defineProperty(globalThis, USED, { value: Object.freeze({ ...used }), configurable: true });
  Object.defineProperty(used, DISPLAY, { value: () => tableOf(used, declared) });
  return Object.freeze(used) as Params<P>;
}

/** A parameter that has a value. */
type Declared = Parameter & { readonly default: ParamValue };

function declare(name: string, param: Param): Declared {
  if (typeof param === "number") return parameter.number({ default: param, meaning: "" });
  if (typeof param === "boolean") return parameter.choice([true, false], { default: param, meaning: "" });
  if (typeof param === "string") return parameter.text({ default: param, meaning: "" });
  const preset: unknown = param?.default;
  if (typeof preset === "number" || typeof preset === "boolean" || typeof preset === "string") return param as Declared;
  throw new InputError(
    `the parameter ${name}`,
    preset,
    "a number, a text, true or false as its default",
    `give it one, e.g. ...schema.with({ ${name}: 1 })`,
  );
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
function convert(value: unknown, standard: ParamValue): unknown {
  if (typeof standard === "string")
    return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof value !== "string") return value;
  if (typeof standard === "boolean") return value === "true" ? true : value === "false" ? false : value;
  const plain = value.replace(/(?<=\d)_(?=\d)/g, "");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : value;
}

function tableOf(used: Readonly<Record<string, ParamValue>>, declared: ReadonlyMap<string, Declared>): MimeBundle {
  const rows = [...declared].map(([name, { unit = "", meaning, default: preset }]) => {
    const value = used[name];
    const changed = value === preset ? "" : `default ${text(preset)}`;
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
