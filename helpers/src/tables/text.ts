/**
 * Text from logs, tables and parameters made inert: in HTML it is never markup, in a terminal never an escape sequence,
 * and it cannot reorder the text around it.
 */

/** Text for HTML content and for attribute values in double or single quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/**
 * Control characters made visible: line ends as ⏎, tab as ⇥, the other C0 controls as their pictures (␛), direction
 * overrides, invisible separators and C1 controls by number; half surrogates as the replacement character.
 */
export function visible(text: string): string {
  return text
    .replace(/\r\n|\n|\r/g, "⏎")
    .replaceAll("\t", "⇥")

    .replace(/[\u0000-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(
      /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
    )
    .replace(/\p{Surrogate}/gu, "\ufffd");
}

/** At most `limit` characters, the cut marked by "…"; never cuts a character in two. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const ZERO = /\p{Mark}|[\u200b-\u200d\ufe00-\ufe0f]/u;

/** Columns a text takes in a monospaced font: East Asian and emoji 2, combining marks 0. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += ZERO.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return width;
}
