import { COLORS, cycle } from "../plots/theme.js";
import { escapeHtml } from "../tables/text.js";
import { counted } from "../tables/view.js";
import type { Tone } from "./found.js";
import type { Story, StoryChange, StoryStep } from "./story.js";

/**
 * All styles are inline: exported pages and trusted notebooks strip style sheets and classes. Colours do on white and
 * on dark ground; text keeps the colour of the host's theme.
 */
export const MONO =
  "font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace);font-size:12px;line-height:1.45";
export const RULE = "#88888855";
const WRONG = "#b84700";
export const BADGE: Readonly<Record<Tone, string>> = {
  proved: "#00704f",
  bounded: "#7a5c00",
  wrong: WRONG,
  run: "#46627f",
};
export const GREY = "color:var(--jp-content-font-color2,#767676)";
export const CELL =
  "text-align:left;vertical-align:top;padding:1px 8px;border:0;border-left:1px solid " +
  RULE +
  ";overflow-wrap:anywhere;";

/** Short texts stay whole; long ones are broken where the page is narrow, but never to slivers. */
const whole = (text: string): string => (text.length <= 24 ? "white-space:nowrap" : "min-width:16em");

/** The run as a table: one column per task, time downwards; structure carries the meaning where styles are stripped. */
export function drawHtml(story: Story, howToReplay: readonly string[]): string {
  const { word, tone, sentence, effort } = story.headline;
  const name = story.name === "" ? "" : `<strong>${escapeHtml(story.name)}</strong>: `;
  return (
    `<div class="mm-lab-race" role="region" tabindex="0" aria-label="${escapeHtml(`${story.name} ${word}`.trim())}" style="max-width:100%;overflow:auto">` +
    `<p style="margin:0 0 6px;max-width:60em">${name}${badge(word, BADGE[tone])} ${escapeHtml(sentence)}${effort === "" ? "" : ` <span style="${GREY}">${escapeHtml(effort)}</span>`}</p>` +
    (story.steps.length === 0 ? "" : table(story)) +
    (story.waiting.length === 0
      ? ""
      : `<p style="margin:8px 0 2px">Who waits for whom</p><ul style="margin:0 0 0 1.4em;padding:0">${story.waiting.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>`) +
    (story.replay === null
      ? ""
      : `<p style="margin:8px 0 0">To replay: ${howToReplay.map((line) => code(line)).join(" or ")}</p>`) +
    "</div>"
  );
}

export function badge(text: string, color: string): string {
  return `<span style="background:${color};color:#fff;border-radius:3px;padding:1px 7px;font-weight:600;white-space:nowrap">${escapeHtml(text)}</span>`;
}

export function code(text: string): string {
  return `<code style="${MONO};background:#88888826;padding:1px 4px;border-radius:3px;overflow-wrap:anywhere">${escapeHtml(text)}</code>`;
}

function table(story: Story): string {
  const functions = functionsOf(story);
  const state = story.steps.some(({ changes }) => changes.length > 0);
  const heads = ["#", ...story.tasks, ...(state ? ["shared state"] : [])];
  const head = heads.map(
    (text, i) =>
      `<th scope="col" style="${CELL}${i === 0 ? "border-left:0;text-align:right;" : ""}background:none;white-space:nowrap;padding-bottom:3px;border-bottom:1px solid #888;font-weight:600"><bdi>${escapeHtml(text)}</bdi></th>`,
  );
  const body = story.steps.map((step) => gap(step, heads.length) + rows(step, story.tasks.length, state, functions));
  return `<table style="border-collapse:collapse;margin:0;table-layout:auto;${MONO}"><thead><tr>${head.join("")}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody></table>`;
}

function gap({ skipped }: StoryStep, columns: number): string {
  return skipped === 0
    ? ""
    : `<tr style="background:none"><td colspan="${columns}" style="text-align:center;padding:2px 10px;${GREY}">⋮ ${escapeHtml(counted(skipped, "step"))} left out</td></tr>`;
}

/** Up to three rows, so that number, step and change stand on one line: the function entered, the step, the arrow if something is wrong. */
function rows(step: StoryStep, tasks: number, state: boolean, functions: readonly string[]): string {
  const { function: site, mark, column } = step;
  const color = mark !== null ? WRONG : site === null ? "#888888" : cycle(COLORS, functions.indexOf(site));
  const cell = `${CELL}border-left:3px solid ${color};background:${color}${mark === null ? "1a" : "2e"};`;
  const row = (number: string, content: string, change: string): string => {
    const cells = Array.from({ length: tasks }, (_, i) =>
      i === column ? `<td style="${cell}${whole(step.text)}">${content}</td>` : `<td style="${CELL}"></td>`,
    );
    return `<tr style="background:none"><td style="${CELL}border-left:0;text-align:right;white-space:nowrap;${GREY}">${number}</td>${cells.join("")}${state ? `<td style="${CELL}">${change}</td>` : ""}</tr>`;
  };
  const name = step.enters ? row("", `<strong><bdi>${escapeHtml(site ?? "")}</bdi></strong>`, "") : "";
  const text = `<span style="display:block;text-indent:-1.3em;padding-left:${site === null ? "1.3em" : "2.6em"}${step.index === null ? ";font-style:italic" : ""}"><bdi>${escapeHtml(step.text)}</bdi></span>`;
  return (
    name +
    row(`${step.index ?? ""}`, text, step.changes.map(changeToHtml).join("")) +
    (mark === null ? "" : arrow(mark, column, tasks, state, color))
  );
}

/** The arrow runs on to the right, as the cells there are empty: it must not widen its column. */
function arrow(mark: string, column: number, tasks: number, state: boolean, color: string): string {
  const before = `<td style="${CELL}"></td>`.repeat(column);
  return `<tr style="background:none"><td style="${CELL}border-left:0"></td>${before}<td colspan="${tasks - column + (state ? 1 : 0)}" style="${CELL}border-left:3px solid ${color};padding-bottom:4px">${badge(`↑ ${mark}`, WRONG).replace("white-space:nowrap", "display:inline-block;max-width:44em;overflow-wrap:anywhere")}</td></tr>`;
}

function changeToHtml({ object, before, after }: StoryChange): string {
  const text = `<bdi>${escapeHtml(object)}</bdi>: <bdi>${escapeHtml(before)}</bdi> → <bdi style="font-weight:600">${escapeHtml(after)}</bdi>`;
  return `<span style="display:block;${whole(`${object}: ${before} → ${after}`)}">${text}</span>`;
}

/** Functions in the order in which they appear: the order of their colours, here and in the chart. */
export function functionsOf({ steps }: Story): string[] {
  return [...new Set(steps.flatMap(({ function: site }) => (site === null ? [] : [site])))];
}
