import { formatNumber, type Progress } from "@mm-lab/kernel-model";
import type { Bundle } from "../display/to-bundle.js";
import { escapeHtml } from "../tables/text.js";
import { sendToNotebook } from "./show.js";

/** Work that ends sooner shows no bar. */
const SHOW_AFTER_MS = 300;
const UPDATE_EVERY_MS = 100;

/** What a notebook stores of a bar that has ended: the same whether the work took long enough for a bar or not. */
const EMPTY: Bundle = { data: { "text/plain": "" }, metadata: {} };

let bars = 0;

/** A bar in the cell's output while work runs; nothing is left of it afterwards. */
export class ProgressBar {
  readonly #id = `mm-lab-progress-${process.pid}-${++bars}`;
  readonly #started = performance.now();
  readonly #inNotebook: boolean;
  #lastDrawn = 0;
  #drawn = false;

  constructor(private readonly title: string) {
    this.#inNotebook = sendToNotebook(EMPTY, { id: this.#id });
  }

  /** Draws if the last drawing is long enough ago; cheap to call often. */
  update(progress: Progress): void {
    const now = performance.now();
    if (now - this.#started < SHOW_AFTER_MS || now - this.#lastDrawn < UPDATE_EVERY_MS) return;
    this.#lastDrawn = now;
    this.#drawn = true;
    const text = `${this.title}: ${describeProgress(progress)}`;
    if (this.#inNotebook)
      sendToNotebook(
        { data: { "text/html": html(this.title, progress, text), "text/plain": text }, metadata: {} },
        { id: this.#id, update: true },
      );
    else if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  }

  end(): void {
    if (!this.#drawn) return;
    if (this.#inNotebook) sendToNotebook(EMPTY, { id: this.#id, update: true });
    else if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }
}

/** E.g. "12 of 30 (40 %), scan 12". */
export function describeProgress({ done, total, note }: Progress): string {
  const share = total > 0 ? ` (${Math.floor((100 * done) / total)} %)` : "";
  return `${formatNumber(done)} of ${formatNumber(total)}${share}${note === undefined ? "" : `, ${note}`}`;
}

function html(title: string, { done, total }: Progress, text: string): string {
  return `<div><progress aria-label="${escapeHtml(title)}" max="${escapeHtml(String(total))}" value="${escapeHtml(String(done))}" style="width:20em;vertical-align:middle"></progress> ${escapeHtml(text)}</div>`;
}
