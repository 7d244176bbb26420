import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { JupyterServer } from "./jupyter-server.js";

/** What of JupyterLab's own objects the tests look at (`window.jupyterapp`, there by --LabApp.expose_app_in_browser). */
interface LabWindow {
  readonly document: { querySelectorAll(selector: string): ArrayLike<PageElement> };
  readonly jupyterapp: {
    readonly commands: { execute(id: string, args?: unknown): Promise<unknown> };
    readonly shell: { readonly currentWidget: NotebookPanel | null };
  };
}
interface PageElement {
  readonly textContent: string | null;
  querySelector(selector: string): PageElement | null;
}
interface NotebookPanel {
  readonly context: { readonly path: string; readonly isReady: boolean };
  readonly sessionContext: {
    readonly isReady: boolean;
    readonly session: { readonly kernel: { readonly status: string; readonly connectionStatus: string } | null } | null;
  };
  readonly content: { activeCellIndex: number; readonly widgets: readonly CellWidget[] };
}
interface CellWidget {
  readonly model: {
    readonly outputs?: { toJSON(): LabOutput[] };
    readonly sharedModel: {
      getSource(): string;
      setSource(source: string): void;
      readonly execution_count: number | null;
    };
  };
  readonly editor: { focus(): void; setCursorPosition(position: { line: number; column: number }): void } | null;
}

/** An output as JupyterLab keeps it in the notebook. */
export interface LabOutput {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | string[];
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

export class LabNotebook {
  constructor(readonly page: Page) {}

  /** Runs a cell by JupyterLab's own command, as Shift-Enter does, and waits until the kernel is idle again. */
  async run(cell: number, timeout = 60_000): Promise<void> {
    await this.start(cell);
    await this.untilIdle(cell, timeout);
  }

  /** The same without waiting. */
  async start(cell: number): Promise<void> {
    await this.page.evaluate((index) => {
      const lab = (globalThis as unknown as LabWindow).jupyterapp;
      lab.shell.currentWidget!.content.activeCellIndex = index;
      void lab.commands.execute("notebook:run-cell");
    }, cell);
  }

  /** Until the cell's prompt is not `[*]` and the kernel is idle. */
  async untilIdle(cell: number, timeout = 60_000): Promise<void> {
    await this.page.waitForFunction(
      (index) => {
        const { document, jupyterapp } = globalThis as unknown as LabWindow;
        const panel = jupyterapp.shell.currentWidget!;
        const prompt =
          document
            .querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
            [index]?.querySelector(".jp-InputPrompt")?.textContent ?? "";
        return /\[\d+\]/.test(prompt) && panel.sessionContext.session?.kernel?.status === "idle";
      },
      cell,
      { timeout, polling: 100 },
    );
  }

  /** Runs every cell and waits until the last one is done. */
  async runAll(timeout = 120_000): Promise<void> {
    await this.page.evaluate(async () => {
      await (globalThis as unknown as LabWindow).jupyterapp.commands.execute("notebook:run-all-cells");
    });
    await this.page.waitForFunction(
      () => {
        const panel = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!;
        return (
          panel.sessionContext.session?.kernel?.status === "idle" &&
          panel.content.widgets.every(
            ({ model }) =>
              model.outputs === undefined ||
              model.sharedModel.getSource().trim() === "" ||
              model.sharedModel.execution_count !== null,
          )
        );
      },
      undefined,
      { timeout, polling: 200 },
    );
  }

  async outputs(cell: number): Promise<readonly LabOutput[]> {
    return await this.page.evaluate(
      (index) =>
        (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.content.widgets[
          index
        ]!.model.outputs!.toJSON(),
      cell,
    );
  }

  /** Text of a cell's streams in order of arrival, as [name, text] with neighbours of one name joined. */
  async streams(cell: number): Promise<readonly [name: string, text: string][]> {
    return (await this.outputs(cell)).map((output) => [
      output.name ?? output.output_type,
      [output.text ?? ""].flat().join(""),
    ]);
  }

  async kernelStatus(): Promise<string> {
    return await this.page.evaluate(
      () =>
        (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.sessionContext.session?.kernel?.status ??
        "none",
    );
  }

  async command(id: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.page.evaluate(
      ([name, values]) => void (globalThis as unknown as LabWindow).jupyterapp.commands.execute(name, values),
      [id, args] as const,
    );
  }

  /** Puts the cursor into a cell's editor. */
  async edit(cell: number, line: number, column: number): Promise<void> {
    await this.page.evaluate(
      ([index, l, c]) => {
        const panel = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!;
        panel.content.activeCellIndex = index;
        const editor = panel.content.widgets[index]!.editor!;
        editor.focus();
        editor.setCursorPosition({ line: l, column: c });
      },
      [cell, line, column] as const,
    );
    await this.cell(cell).locator(".cm-content").focus();
  }

  cell(index: number): Locator {
    return this.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").nth(index);
  }

  output(index: number): Locator {
    return this.cell(index).locator(".jp-OutputArea");
  }
}

/** Opens JupyterLab on a new notebook with these code cells and waits for its kernel. */
export async function openCells(
  browser: Browser,
  server: JupyterServer,
  name: string,
  cells: readonly string[],
): Promise<LabNotebook> {
  const notebook = {
    cells: cells.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      source,
      outputs: [],
    })),
    metadata: {
      kernelspec: { name: "tslab", display_name: "TypeScript (mm-lab)", language: "typescript" },
      language_info: { name: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  await writeFile(join(server.folder, `${name}.ipynb`), JSON.stringify(notebook));
  return await openNotebook(browser, server, `${name}.ipynb`);
}

/** Opens JupyterLab on a notebook of the server's folder and waits for its kernel. */
export async function openNotebook(
  browser: Browser,
  server: JupyterServer,
  path: string,
  options: BrowserContextOptions = { viewport: { width: 1280, height: 900 } },
): Promise<LabNotebook> {
  const page = await browser.newPage(options);
  await page.goto(`${server.url}/lab/workspaces/${path.replace(/\W/g, "-")}/tree/${path}?token=${server.token}`);
  await page.waitForFunction(
    (wanted) => {
      const lab = (globalThis as unknown as Partial<LabWindow>).jupyterapp;
      const panel = lab?.shell.currentWidget;
      return (
        panel?.context?.path === wanted &&
        panel.sessionContext.isReady &&
        panel.sessionContext.session?.kernel?.connectionStatus === "connected" &&
        panel.sessionContext.session.kernel.status === "idle" &&
        panel.content.widgets.length > 0
      );
    },
    path,
    { timeout: 60_000, polling: 100 },
  );
  return new LabNotebook(page);
}
