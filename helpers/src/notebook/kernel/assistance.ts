import { calleeBefore, toCharacters, toUtf16 } from "./positions-in-text.js";
import type { Session } from "./session.js";
import type { QuickInfo, Tslab } from "./tslab-modules.js";

type Content = Readonly<Record<string, unknown>>;

/** Tab: the names that fit at the cursor. */
export function answerComplete(session: Session, content: Content): Content {
  const { code, cursor } = at(content);
  const none = { status: "ok", matches: [], cursor_start: cursor, cursor_end: cursor, metadata: {} };
  try {
    const { start, end, candidates } = session.complete(code, toUtf16(code, cursor));
    return {
      ...none,
      matches: candidates,
      cursor_start: toCharacters(code, start),
      cursor_end: toCharacters(code, end),
    };
  } catch {
    return none; // TypeScript stumbles over some half-typed code; no answer is better than none ever again
  }
}

/** Shift-tab: type and documentation of the name at the cursor, or of the function whose arguments the cursor is in. */
export function answerInspect(session: Session, content: Content): Content {
  const { code, cursor } = at(content);
  const position = toUtf16(code, cursor);
  const callee = calleeBefore(code, position);
  let info: QuickInfo | undefined;
  try {
    info =
      session.inspect(code, position) ??
      (position > 0 ? session.inspect(code, position - 1) : undefined) ??
      (callee === undefined ? undefined : session.inspect(code, callee));
  } catch {
    info = undefined; // as above
  }
  const explained = info === undefined ? undefined : explain(info);
  const text = explained === "any" ? undefined : explained; // what TypeScript says of a name it does not know
  return {
    status: "ok",
    found: text !== undefined,
    data: text === undefined ? {} : { "text/plain": text },
    metadata: {},
  };
}

/** The declaration, then the documentation as it was written. */
function explain({ displayParts = [], documentation = [], tags = [] }: QuickInfo): string {
  const join = (parts: readonly { readonly text: string }[]): string => parts.map(({ text }) => text).join("");
  const blocks = [
    join(displayParts),
    join(documentation),
    ...tags.map(({ name, text = [] }) => `@${name} ${join(text)}`),
  ];
  return blocks
    .filter((block) => block !== "")
    .join("\n\n")
    .replace(/\{@link (?:\w+ )?([^}]+)\}/g, "$1");
}

/** Console front ends ask whether Enter ends the input. */
export function answerIsComplete(tslab: Tslab, content: Content): Content {
  const { completed, indent } = tslab.isCompleteCode(at(content).code);
  return completed ? { status: "complete" } : { status: "incomplete", indent: indent ?? "" };
}

function at(content: Content): { readonly code: string; readonly cursor: number } {
  const code = typeof content["code"] === "string" ? content["code"] : "";
  const cursor = typeof content["cursor_pos"] === "number" ? content["cursor_pos"] : toCharacters(code, code.length);
  return { code, cursor };
}
