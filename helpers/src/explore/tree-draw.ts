import { COLORS, cycle } from "../plots/theme.js";
import { escapeHtml, textWidth } from "../tables/text.js";
import { counted } from "../tables/view.js";
import { BADGE, badge, code, GREY, MONO, RULE } from "./draw-html.js";
import { wrap } from "./layout.js";
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
  const head = [`${name === "" ? "" : `${name}: `}${whole ? "the whole search" : "a part of the search"}: ${first}`, ...rest];
  return [
    ...head.flatMap((line) => wrap(line, width)), "",
    ...textOf(outline, "", width), "",
    ...legend.flatMap((line) => wrap(line, width)),
  ].map((line) => line.trimEnd()).join("\n").trimEnd();
}

function textOf({ lines, branches, omitted }: Outline, prefix: string, width: number): string[] {
  const own = lines.flatMap((line) => put(prefix, prefix, lineText(line), width));
  const below = branches.flatMap((branch, i) => branchText(branch, prefix, i === branches.length - 1 && omitted === 0, width));
  return [...own, ...below, ...(omitted === 0 ? [] : put(`${prefix}└─ `, prefix + INDENT, leftOut(omitted), width))];
}

function branchText({ step, why, runs, wrong, below }: OutlineBranch, prefix: string, last: boolean, width: number): string[] {
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
  return `<div class="mm-lab-tree" role="region" tabindex="0" aria-label="${escapeHtml(`the search of ${name}`)}" style="max-width:100%;max-height:48em;overflow:auto">`
    + `<p style="margin:0 0 6px;max-width:60em"><strong>${escapeHtml(name)}</strong>: ${badge(whole ? "The whole search" : "A part of the search", BADGE[whole ? "proved" : "bounded"])} ${escapeHtml(first)} <span style="${GREY}">${escapeHtml(rest.join(" "))}</span></p>`
    + `<div style="${MONO}">${htmlOf(outline, runs)}</div>`
    + `<ul style="margin:8px 0 0;padding-left:1.4em;max-width:60em">${legend.map((line) => legendItem(line)).join("")}</ul></div>`;
}

function legendItem(line: string): string {
  const [word = "", ...rest] = line.split(":");
  return `<li><em>${escapeHtml(word)}</em>:${escapeHtml(rest.join(":"))}</li>`;
}

function htmlOf({ lines, branches, omitted }: Outline, runs: number): string {
  return lines.map(lineHtml).join("\n")
    + branches.map((branch) => branchHtml(branch, runs)).join("\n")
    + (omitted === 0 ? "" : `<div style="${ROW}${GREY}">${escapeHtml(leftOut(omitted))}</div>`);
}

const ROW = "padding:0 0 0 1.4em;text-indent:-1.1em;overflow-wrap:anywhere;";

function branchHtml({ step, why, runs, wrong, below }: OutlineBranch, all: number): string {
  const count = wrong > 0 ? badge(counts(runs, wrong), BADGE.wrong) : `<span style="${GREY}">(${escapeHtml(counts(runs, wrong))})</span>`;
  return `<details${all <= FOLDED || wrong > 0 ? " open" : ""} style="margin:0 0 0 6px;border-left:1px solid ${RULE};padding-left:6px">`
    + `<summary style="cursor:pointer;overflow-wrap:anywhere">${stepHtml(step)} ${count}<span style="display:block;padding-left:1.4em;${GREY}"><bdi>${escapeHtml(why)}</bdi></span></summary>`
    + `${htmlOf(below, all)}</details>`;
}

function lineHtml(line: OutlineLine): string {
  if (line.kind === "step") return `<div style="${ROW}">${stepHtml(line.step)}</div>`;
  if (line.kind === "not") return `<div style="${ROW}margin-left:2.2em;font-style:italic;${GREY}"><bdi>not ${escapeHtml(line.text)}</bdi></div>`;
  const tone = line.end === "complete" ? BADGE.proved : line.end === "redundant" ? BADGE.run : BADGE.wrong;
  return `<div style="${ROW}padding-bottom:3px">${badge(line.end, tone)} <bdi>${escapeHtml(line.text)}</bdi> ${code(line.replay)}</div>`;
}

function stepHtml({ depth, task, taskId, text, changes }: OutlineStep): string {
  const square = `<span aria-hidden="true" style="color:${cycle(COLORS, taskId)}">■</span>`;
  const change = changes === "" ? "" : ` <span style="${GREY}"><bdi>${escapeHtml(changes)}</bdi></span>`;
  return `<span style="${GREY}">${depth}</span> ${square} <strong><bdi>${escapeHtml(task)}</bdi></strong> <bdi>${escapeHtml(text)}</bdi>${change}`;
}
