/**
 * The display protocol of Jupyter kernels for JavaScript: an object with this method is shown richly.
 * The symbol is the one Deno's kernel uses, so the same objects render there as well.
 */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/** MIME type to content: text, or a JSON value for `+json` types. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface Displayable {
  [DISPLAY](): MimeBundle;
}

export function isDisplayable(value: unknown): value is Displayable {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as Partial<Displayable>)[DISPLAY] === "function"
  );
}
