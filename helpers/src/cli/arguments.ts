import { parseArgs } from "node:util";
import { checkOneOf, InputError } from "@mm-lab/kernel-model/base";

export interface OptionSpec {
  /** flag: present or not; text: takes a value; list: takes a value and may be repeated. */
  readonly kind: "flag" | "text" | "list";
  readonly short?: string;
  /** Name of the value in the help, e.g. FILE. */
  readonly value?: string;
  readonly help: string;
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The arguments of one command, checked against its options. */
export class ParsedArguments {
  constructor(
    readonly positionals: readonly string[],
    /** Everything after a lone `--`. */
    readonly rest: readonly string[],
    readonly values: ReadonlyMap<string, readonly string[]>,
  ) {}

  flag(name: string): boolean {
    return this.values.has(name);
  }

  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  list(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** The option's value as a number, or undefined where it was not given. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value)) return value;
    throw new InputError(`--${name}`, text, "a number", `write it in digits, e.g. --${name} 60`);
  }
}

/**
 * Reads the arguments of a command.
 * @throws InputError for an unknown option (with the nearest one suggested), a missing or unwanted value, a repeated option
 */
export function parseCommandLine(command: string, args: readonly string[], specs: OptionSpecs): ParsedArguments {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { kind, short }]) => [
      name,
      {
        type: kind === "flag" ? ("boolean" as const) : ("string" as const),
        multiple: kind === "list",
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const rest: string[] = [];
  let ended = false;
  for (const token of tokens) {
    if (token.kind === "option-terminator") ended = true;
    else if (token.kind === "positional") (ended ? rest : positionals).push(token.value);
    else {
      const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
      if (spec === undefined) throw unknownOption(command, token.rawName, specs);
      checkValue(token.name, spec, token.value, token.inlineValue === true, values);
      values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? ""]);
    }
  }
  return new ParsedArguments(positionals, rest, values);
}

function unknownOption(command: string, given: string, specs: OptionSpecs): unknown {
  try {
    checkOneOf(
      `an option of mm-lab ${command}`,
      given,
      Object.keys(specs).map((name) => `--${name}`),
    );
    return undefined;
  } catch (error) {
    return error;
  }
}

function checkValue(
  name: string,
  spec: OptionSpec,
  value: string | undefined,
  isInline: boolean,
  seen: ReadonlyMap<string, readonly string[]>,
): void {
  if (spec.kind === "flag" && value !== undefined)
    throw new InputError(`--${name}`, value, "no value", `write --${name} alone`);
  // "--out --json" is a forgotten value far more often than a file of that name.
  if (spec.kind !== "flag" && (value === undefined || (!isInline && value.startsWith("--")))) {
    throw new InputError(
      `--${name}`,
      value ?? "",
      `a value (${spec.value ?? "VALUE"})`,
      `write --${name} ${spec.value ?? "VALUE"}, or --${name}=VALUE for one that begins with --`,
    );
  }
  if (spec.kind !== "list" && seen.has(name))
    throw new InputError(`--${name}`, value ?? "", "to be given once", `leave one --${name} out`);
}

/**
 * Reads `-p name=value` options: a value that is JSON (42, true, [1,2], "text") is taken as such, anything else as text.
 * @throws InputError for one without a name or an equals sign, or a name given twice
 */
export function parseParameters(pairs: readonly string[]): Record<string, unknown> {
  const result = new Map<string, unknown>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at < 0 || name === "") throw new InputError("-p", pair, "name=value", "write e.g. -p pages=20000");
    if (result.has(name)) throw new InputError("-p", pair, "each name once", `leave one of the values of ${name} out`);
    result.set(name, jsonOrText(pair.slice(at + 1)));
  }
  return Object.fromEntries(result);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
