import { formatNumber } from "@mm-lab/kernel-model";

export { escapeHtml } from "../tables/text.js";

/** JSON that may stand inside a script element: no `</script`, no `<!--`, no line separators. */
export function jsonForScript(value: unknown): string {
  return (JSON.stringify(value) ?? "null").replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** 1.5 MB, 12 kB: sizes of files, in powers of ten. */
export function fileSize(bytes: number): string {
  return bytes >= 1e6 ? `${formatNumber(bytes / 1e6, 1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
