import { COLORS, cycle } from "../plots/theme.js";
import { escapeHtml, textWidth } from "../tables/text.js";
import { counted } from "../tables/view.js";
import { BADGE, badge, code, GREY, MONO, RULE } from "./draw-html.js";
import { wrap } from "./layout.js";
import { folding, heading, region, tag, words } from "./tags.js";
import type { Outline, OutlineBranch, OutlineLine, OutlineStep } from "./tree-outline.js";

/** What stands above and below the tree. */
export interface TreeFrame {
  readonly name: string;
  /** Whether every choice of the program is in it. */
  readonly whole: boolean;
  readonly sentences: readonly string[];
  readonly legend: readonly string[];
}

/** A text never gets narrower than this, however deep it stands. */
const LEAST = 24;
/** Trees of more runs are folded, but for the way to what goes wrong. */
const FOLDED = 12;
const INDENT = "   ";

export function drawTreeText(outline: Outline, { name, whole, sentences, legend }: TreeFrame, width: number): string {
  const [first = "", ...rest] = sentences;
  const kind = whole ? "the whole search" : "a part of the search";
  const head = [`${name === "" ? "" : `${name}: `}${kind}: ${first}`, ...rest];
  return [
    ...head.flatMap((line) => wrap(line, width)),
    "",
    ...textOf(outline, "", width),
    "",
    ...legend.flatMap((line) => wrap(line, width)),
  ]
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
}

function textOf({ lines, branches, omitted }: Outline, prefix: string, width: number): string[] {
  const own = lines.flatMap((line) => put(prefix, prefix, lineText(line), width));
  const isLast = (i: number): boolean => i === branches.length - 1 && omitted === 0;
  const below = branches.flatMap((branch, i) => branchText(branch, prefix, isLast(i), width));
  const more = omitted === 0 ? [] : put(`${prefix}└─ `, prefix + INDENT, leftOut(omitted), width);
  return [...own, ...below, ...more];
}

function branchText(branch: OutlineBranch, prefix: string, last: boolean, width: number): string[] {
  const { step, why, runs, wrong, below } = branch;
  const inside = prefix + (last ? INDENT : "│  ");
  return [
    ...put(`${prefix}${last ? "└─ " : "├─ "}`, inside, `${stepText(step)}  (${counts(runs, wrong)})`, width),
    ...put(inside, inside, why, width),
    ...textOf(below, inside, width),
  ];
}

function lineText(line: OutlineLine): string {
  if (line.kind === "step") return stepText(line.step);
  return line.kind === "not" ? `   not ${line.text}` : `=> ${line.text}  [${line.replay}]`;
}

function stepText({ depth, task, text, changes }: OutlineStep): string {
  return `${depth} ${task}: ${text}${changes === "" ? "" : `  {${changes}}`}`;
}

function put(first: string, others: string, text: string, width: number): string[] {
  return wrap(text, Math.max(LEAST, width - textWidth(first)), 6).map((line, i) => (i === 0 ? first : others) + line);
}

function counts(runs: number, wrong: number): string {
  return `${counted(runs, "run")}${wrong === 0 ? "" : `, ${wrong === runs ? "" : `${wrong} of them `}wrong`}`;
}

function leftOut(runs: number): string {
  return `... ${counted(runs, "run")} more, not shown: raise limit, or look at a smaller program`;
}

/** All styles are inline, and folding needs no script: see draw-html. */
export function drawTreeHtml(outline: Outline, { name, whole, sentences, legend }: TreeFrame, runs: number): string {
  const [first = "", ...rest] = sentences;
  const kind = whole ? badge("The whole search", BADGE.proved) : badge("A part of the search", BADGE.bounded);
  const more = tag("span", { style: GREY }, words(rest.join(" ")));
  return region(
    `the search of ${name}`,
    heading(name, kind, " ", words(first), " ", more),
    tag("div", { style: MONO }, htmlOf(outline, runs)),
    tag("ul", { style: "margin:8px 0 0;padding-left:1.4em;max-width:60em" }, ...legend.map(legendItem)),
  );
}

function legendItem(line: string): string {
  const colon = line.indexOf(":");
  return tag("li", {}, tag("em", {}, escapeHtml(line.slice(0, colon))), escapeHtml(line.slice(colon)));
}

function htmlOf({ lines, branches, omitted }: Outline, runs: number): string {
  const own = lines.map(lineHtml);
  const below = branches.map((branch) => branchHtml(branch, runs));
  return [...own, ...below, ...(omitted === 0 ? [] : [rowHtml(GREY, escapeHtml(leftOut(omitted)))])].join("\n");
}

/** A line, broken where the page is narrow. */
function rowHtml(style: string, ...content: readonly string[]): string {
  return tag("div", { style: `padding:0 0 0 1.4em;text-indent:-1.1em;overflow-wrap:anywhere;${style}` }, ...content);
}

function branchHtml({ step, why, runs, wrong, below }: OutlineBranch, all: number): string {
  const text = counts(runs, wrong);
  const count = wrong > 0 ? badge(text, BADGE.wrong) : tag("span", { style: GREY }, `(${escapeHtml(text)})`);
  const reason = tag("span", { style: `display:block;padding-left:1.4em;${GREY}` }, words(why));
  const style = `margin:0 0 0 6px;border-left:1px solid ${RULE};padding-left:6px`;
  return folding(all <= FOLDED || wrong > 0, style, `${stepHtml(step)} ${count}${reason}`, htmlOf(below, all));
}

function lineHtml(line: OutlineLine): string {
  if (line.kind === "step") return rowHtml("", stepHtml(line.step));
  if (line.kind === "not") return rowHtml(`margin-left:2.2em;font-style:italic;${GREY}`, words(`not ${line.text}`));
  const tone = line.end === "complete" ? "proved" : line.end === "redundant" ? "run" : "wrong";
  return rowHtml("padding-bottom:3px", badge(line.end, BADGE[tone]), ` ${words(line.text)} `, code(line.replay));
}

function stepHtml({ depth, task, taskId, text, changes }: OutlineStep): string {
  const number = tag("span", { style: GREY }, String(depth));
  const square = tag("span", { "aria-hidden": "true", style: `color:${cycle(COLORS, taskId)}` }, "■");
  const change = changes === "" ? "" : ` ${tag("span", { style: GREY }, words(changes))}`;
  return `${number} ${square} ${tag("strong", {}, words(task))} ${words(text)}${change}`;
}
