import { DISPLAY, isDisplayable, type MimeBundle } from "@mm-lab/kernel-model";

export interface Bundle {
  readonly data: MimeBundle;
  /** Per MIME type, e.g. embed options of a chart. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * What a notebook should show for a value, or undefined where plain printing is right (`42` still prints `42`).
 * The kernel calls it for the last value of a cell, `show` for any other.
 */
export function toBundle(value: unknown): Bundle | undefined {
  if (isDisplayable(value)) return { data: value[DISPLAY](), metadata: {} };
  return undefined;
}
