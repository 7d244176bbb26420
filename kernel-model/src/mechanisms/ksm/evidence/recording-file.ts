/** What all recordings of KSM have in common: a JSON object whose page contents are 64-bit integers. */
import { InputError } from "../../../base/errors.js";
import { JsonShape } from "../../../base/json-shape.js";
import type { Release } from "../model/state.js";

export const recordingShape = new JsonShape("correct the file; data/live/README.md shows the format");

export type RecordingFile = Readonly<Record<string, unknown>>;

/** The release whose rules a recorded kernel follows: the two that are modelled part with 6.14. */
export function releaseOf(file: RecordingFile): Release {
  const [major = 0, minor = 0] = String(file["kernel"])
    .split(".")
    .map((part) => parseInt(part, 10));
  return major > 6 || (major === 6 && minor >= 14) ? "6.18" : "6.12";
}

/** Errors: {@link InputError} for a text that is no JSON object. */
export function readRecording(text: string, source: string): RecordingFile {
  return recordingShape.object(parseJson(text, source), source);
}

/** JSON.parse rounds integers above 2^53, and a page's content must not be rounded: they are read as quoted text. */
function parseJson(text: string, source: string): unknown {
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
  );
  try {
    return JSON.parse(quoted);
  } catch (error) {
    throw new InputError(
      source,
      (error as Error).message,
      "a JSON document",
      "check that the file is complete; data/live/README.md shows the format",
    );
  }
}
