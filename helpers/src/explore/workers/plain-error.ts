import { InputError } from "@mm-lab/kernel-model";

/** An error as it travels between threads: structured clones keep neither classes nor fields of their own. */
export type PlainError =
  | {
      readonly kind: "input";
      readonly what: string;
      readonly value: unknown;
      readonly accepted: string;
      readonly next: string;
      readonly stack: string;
    }
  | { readonly kind: "other"; readonly name: string; readonly message: string; readonly stack: string };

export function toPlain(thrown: unknown): PlainError {
  // By name, not by class: a program may have loaded another copy of the package.
  if (thrown instanceof Error && thrown.name === "InputError") {
    const { what, value, accepted, next } = thrown as Error & Pick<InputError, "what" | "value" | "accepted" | "next">;
    return { kind: "input", what, value: travelling(value), accepted, next, stack: thrown.stack ?? "" };
  }
  if (thrown instanceof Error)
    return { kind: "other", name: thrown.name, message: thrown.message, stack: thrown.stack ?? "" };
  return { kind: "other", name: "Error", message: `the program threw ${String(thrown)}`, stack: "" };
}

export function fromPlain(plain: PlainError): Error {
  const error =
    plain.kind === "input"
      ? new InputError(plain.what, plain.value, plain.accepted, plain.next)
      : Object.assign(new Error(plain.message), { name: plain.name });
  // Where it happened, in the worker; the stack of this line tells nobody anything.
  if (plain.stack !== "") error.stack = plain.stack;
  return error;
}

/** The message quotes the value: what cannot travel goes as the text that stands for it. */
function travelling(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return typeof value === "function" ? `function ${value.name}` : Object.prototype.toString.call(value);
  }
}
