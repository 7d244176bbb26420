import { COLORS, cycle } from "../plots/theme.js";
import { escapeHtml, textWidth } from "../tables/text.js";
import { counted } from "../tables/view.js";
import { BADGE, badge, CELL, code, GREY, MONO } from "./draw-html.js";
import { wrap } from "./layout.js";
import type { SideEnd, SideRow, Sides, SideStep } from "./side-rows.js";

/** Steps before the first difference that a text shows; the others are the same in both runs. */
const LEAD = 2;

export function drawSidesText({ name, difference, common, rows, ends }: Sides, width: number): string {
  const digits = Math.max(1, ...[...common, ...rows].map(({ number }) => String(number).length));
  const column = Math.floor((width - digits - 2 - 3) / 2);
  const line = (mark: string, number: string, left: string, right: string): string =>
    `${mark.padEnd(1)}${number.padStart(digits)} ${padded(left, column)} | ${right}`.trimEnd();
  const both = (mark: string, number: string, left: readonly string[], right: readonly string[]): string[] =>
    Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
      line(i === 0 ? mark : "", i === 0 ? number : "", left[i] ?? "", right[i] ?? ""));
  const drawn = (row: SideRow, mark: string): string[] => [
    ...(row.skipped === 0 ? [] : both("", "", [`... ${counted(row.skipped, "step")} left out`], [])),
    ...both(mark, String(row.number), stepLines(row.left, column), stepLines(row.right, column)),
  ];
  const shown = common.slice(-LEAD);
  const hidden = (shown[0]?.number ?? 0);
  return [
    ...wrap(`${name === "" ? "" : `${name}: `}${difference}`, width), "",
    ...both("", "", ["goes wrong"], ["passes"]),
    ...both("", "-".repeat(digits), ["-".repeat(column)], ["-".repeat(column)]),
    ...(hidden === 0 ? [] : both("", "", [`... ${counted(hidden, "step")}, the same in both`], [])),
    ...shown.flatMap((row) => drawn({ ...row, skipped: 0 }, "")),
    ...rows.flatMap((row, i) => drawn(row, i === 0 ? ">" : "")),
    ...both("", "-".repeat(digits), ["-".repeat(column)], ["-".repeat(column)]),
    ...both("", "", endLines(ends[0], column), endLines(ends[1], column)), "",
    `Replay: ${ends[0].replay}`, `        ${ends[1].replay}`,
  ].join("\n");
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

function stepLines(step: SideStep | null, width: number): string[] {
  if (step === null) return [];
  const { task, text, changes, mark } = step;
  return [
    ...wrap(`${task}: ${text}`, width, 4),
    ...(changes === "" ? [] : wrap(`  {${changes}}`, width, 4)),
    ...(mark === null ? [] : wrap(`  ^-- ${mark}`, width, 6)),
  ];
}

function endLines({ headline, waiting }: SideEnd, width: number): string[] {
  return [`${headline.word}: ${headline.sentence}`, ...waiting].flatMap((text) => wrap(text, width, 2));
}

const NUMBER = `${CELL}border-left:0;text-align:right;white-space:nowrap;${GREY}`;
const HEAD = `${CELL}background:none;padding-bottom:3px;border-bottom:1px solid #888;font-weight:600`;
const DIFFERENT = `${BADGE.wrong}26`;

/** All styles are inline, and folding needs no script: see draw-html. */
export function drawSidesHtml({ name, difference, common, rows, ends }: Sides): string {
  const head = [["#", NUMBER], ["goes wrong", HEAD], ["passes", HEAD]].map(([text, style]) => `<th scope="col" style="${style}">${text}</th>`);
  const same = common.length === 0 ? "" : `<details${common.length <= 4 ? " open" : ""} style="margin:0 0 4px"><summary style="cursor:pointer">The same in both: ${counted(rows[0]?.number ?? 0, "step")}</summary>`
    + `<div style="opacity:.75">${table("", common.map((row) => rowHtml(row, "")))}</div></details>`;
  const label = `<tr style="background:${DIFFERENT}"><td style="${NUMBER}"></td><td colspan="2" style="${CELL}">${badge("the first difference ↓", BADGE.wrong)}</td></tr>`;
  const body = [label, ...rows.map((row, i) => rowHtml(row, i === 0 ? `background:${DIFFERENT};` : "")), endsHtml(ends)];
  return `<div class="mm-lab-beside" role="region" tabindex="0" aria-label="${escapeHtml(`two runs of ${name} side by side`)}" style="max-width:100%;max-height:48em;overflow:auto">`
    + `<p style="margin:0 0 6px;max-width:60em">${name === "" ? "" : `<strong>${escapeHtml(name)}</strong>: `}${escapeHtml(difference)}</p>${same}`
    + `${table(`<thead><tr>${head.join("")}</tr></thead>`, body)}</div>`;
}

function table(head: string, body: readonly string[]): string {
  return `<table style="border-collapse:collapse;margin:0;table-layout:auto;${MONO}">${head}<tbody>\n${body.join("\n")}\n</tbody></table>`;
}

function rowHtml({ number, left, right, skipped }: SideRow, style: string): string {
  const gap = skipped === 0 ? "" : `<tr style="background:none"><td colspan="3" style="text-align:center;${GREY}">⋮ ${escapeHtml(counted(skipped, "step"))} left out</td></tr>`;
  return `${gap}<tr style="${style === "" ? "background:none" : style}"><td style="${NUMBER}">${number}</td>${stepHtml(left)}${stepHtml(right)}</tr>`;
}

function stepHtml(step: SideStep | null): string {
  if (step === null) return `<td style="${CELL}"></td>`;
  const { task, color, text, changes, mark } = step;
  const below = (content: string): string => `<span style="display:block;padding-left:1.4em">${content}</span>`;
  return `<td style="${CELL}min-width:18em"><span aria-hidden="true" style="color:${cycle(COLORS, color)}">■</span> <strong><bdi>${escapeHtml(task)}</bdi></strong> <bdi>${escapeHtml(text)}</bdi>`
    + (changes === "" ? "" : below(`<span style="${GREY}"><bdi>${escapeHtml(changes)}</bdi></span>`))
    + (mark === null ? "" : below(badge(`↑ ${mark}`, BADGE.wrong).replace("white-space:nowrap", "overflow-wrap:anywhere"))) + "</td>";
}

function endsHtml(ends: Sides["ends"]): string {
  const cells = ends.map(({ headline, waiting, replay }, i) => `<td style="${CELL}border-top:1px solid #888;min-width:18em;padding-top:4px">${badge(headline.word, BADGE[i === 0 ? "wrong" : "proved"])} ${escapeHtml(headline.sentence)}`
    + `${waiting.map((line) => `<span style="display:block">${escapeHtml(line)}</span>`).join("")}<span style="display:block;margin-top:4px">${code(replay)}</span></td>`);
  return `<tr style="background:none"><td style="${NUMBER}"></td>${cells.join("")}</tr>`;
}
