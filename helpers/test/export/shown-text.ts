/** What a reader of the HTML sees: its text, however the characters are spelled. */
export function shownText(html: string): string {
  return html.replace(/<[^>]*>/g, "").replace(/&(#?\w+);/g, (whole, name: string) => {
    const character = NAMED[name] ?? (/^#\d+$/.test(name) ? String.fromCodePoint(Number(name.slice(1))) : undefined);
    if (character === undefined) throw new Error(`the reference ${whole} is not known here`);
    return character;
  });
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0" };
