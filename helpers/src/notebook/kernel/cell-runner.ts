import { inspect } from "node:util";
import type { IoChannel } from "./channel.js";
import { describeThrown, type ErrorContent } from "./error-content.js";
import type { Session } from "./session.js";
import type { SourcePositions } from "./source-positions.js";

interface Cell {
  readonly id: number;
  readonly code: string;
  readonly silent: boolean;
  readonly stored: boolean;
  readonly stopOnError: boolean;
}

/** Requests already under way when a cell fails get so long to arrive, so that "run all" stops at the failure. */
const IN_FLIGHT_MS = 10;

/** Runs the cells that Jupyter sends, one after the other, and reports what came of them. */
export class CellRunner {
  readonly #queue: Cell[] = [];
  #running = false;
  #count = 0;
  #buildErrors: readonly string[];

  constructor(
    private readonly session: Session,
    private readonly channel: IoChannel,
    private readonly positions: SourcePositions,
    buildErrors: readonly string[],
  ) {
    this.#buildErrors = buildErrors;
  }

  /** @param content of the `execute_request` */
  add(id: number, content: Readonly<Record<string, unknown>>): void {
    const silent = content["silent"] === true;
    this.#queue.push({
      id,
      code: typeof content["code"] === "string" ? content["code"] : "",
      silent,
      stored: !silent && content["store_history"] !== false,
      stopOnError: content["stop_on_error"] !== false,
    });
    if (!this.#running) void this.#runAll();
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    for (let cell = this.#queue.shift(); cell !== undefined; cell = this.#queue.shift()) await this.#run(cell);
    this.#running = false;
  }

  async #run(cell: Cell): Promise<void> {
    const { id, code, silent } = cell;
    if (cell.stored) this.#count++;
    const execution_count = this.#count;
    this.channel.begin(id);
    if (!silent) this.channel.publish("execute_input", { code, execution_count });
    this.#showBuildErrors();
    const error = await this.#execute(code, silent);
    if (error === undefined) {
      this.channel.reply(id, { status: "ok", execution_count, payload: [], user_expressions: {} });
      return;
    }
    if (!silent) this.channel.publish("error", { ...error });
    const aborted: Cell[] = [];
    if (cell.stopOnError) {
      await new Promise((resolve) => setTimeout(resolve, IN_FLIGHT_MS));
      aborted.push(...this.#queue.splice(0));
    }
    this.channel.reply(id, { status: "error", execution_count, ...error });
    for (const one of aborted) this.channel.abort(one.id);
  }

  async #execute(code: string, silent: boolean): Promise<ErrorContent | undefined> {
    try {
      const outcome = await this.session.execute(code, `Cell [${this.#count}]`);
      if (outcome.status === "error") return outcome.error;
      if (outcome.hasValue && !silent) await this.#publishValue(outcome.value);
      return undefined;
    } catch (error) {
      return describeThrown(error, this.positions); // the value could not be shown
    }
  }

  async #publishValue(value: unknown): Promise<void> {
    const rich = (typeof value === "object" && value !== null) || typeof value === "function";
    // Loaded only now: the display code is large, and many cells have no such value.
    const bundle = rich ? (await import("../../display/to-bundle.js")).toBundle(value) : undefined;
    this.channel.publish("execute_result", {
      execution_count: this.#count,
      data: bundle?.data ?? { "text/plain": inspect(value) },
      metadata: bundle?.metadata ?? {},
    });
  }

  #showBuildErrors(): void {
    if (this.#buildErrors.length === 0) return;
    this.channel.stream(
      "stderr",
      `[mm-lab] The sources of the model or the helpers do not compile cleanly:\n${this.#buildErrors.join("\n")}\n`,
    );
    this.#buildErrors = [];
  }
}
