/** Jupyter counts cursor positions in characters (code points), TypeScript in UTF-16 units. */

export function toUtf16(text: string, characters: number): number {
  let units = 0;
  for (const character of text) {
    if (characters-- <= 0) break;
    units += character.length;
  }
  return units;
}

export function toCharacters(text: string, units: number): number {
  let characters = 0;
  for (let at = 0; at < units; characters++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return characters;
}

/**
 * Inside the brackets of a call: where the name of the called function ends, so that shift-tab explains it there too.
 * Looks back to the bracket that is still open; undefined if there is none.
 */
export function calleeBefore(text: string, position: number): number | undefined {
  let closed = 0;
  for (let at = position - 1; at >= 0; at--) {
    const character = text[at];
    if (character === ")" || character === "]" || character === "}") closed++;
    if (character !== "(" && character !== "[" && character !== "{") continue;
    if (closed-- > 0) continue;
    if (character !== "(") {
      closed = 0; // an open object or list among the arguments: look further out
      continue;
    }
    const name = /[\w$]\s*(<[^()]*>)?\s*$/.exec(text.slice(0, at));
    return name === null ? undefined : name.index;
  }
  return undefined;
}
