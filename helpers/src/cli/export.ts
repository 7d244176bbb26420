import { formatNumber, InputError } from "@mm-lab/kernel-model";
import { RunError } from "../run/failure.js";
import { parseParameters } from "./arguments.js";
import type { Command } from "./command.js";

export const command: Command = {
  help: `
Runs each notebook (all of notebooks/ where none is named) and writes it as one HTML file, and an index.html that lists
them. The files open by double-click with no network. If a notebook fails, nothing is written. What should not be shared
as it is (local paths, pictures from the network, failed cells) is reported on stderr, and the status is then 1.

  npx mm-lab export
  npx mm-lab export notebooks/ksm-scan-savings.ipynb -p pages=200000 --out /tmp/ksm`,
  options: {
    param: {
      kind: "list",
      short: "p",
      value: "NAME=VALUE",
      help: "a value for the parameters cell (JSON, else text); repeatable",
    },
    out: { kind: "text", value: "DIR", help: "folder of the files (default: export)" },
    "no-execute": { kind: "flag", help: "show the outputs saved in the notebooks instead of running them" },
    timeout: { kind: "text", value: "SECONDS", help: "longest time for one cell (default 600)" },
    json: { kind: "flag", help: "print the report as one JSON document on stdout" },
  },
  needsPython: true,
  async run(input) {
    const params = parseParameters(input.list("param"));
    const execute = !input.flag("no-execute");
    if (!execute && Object.keys(params).length > 0)
      throw new InputError(
        "--no-execute",
        "-p",
        "to be used without parameters: they take effect only in a run",
        "leave one of the two out",
      );
    const [outDir, timeout] = [input.text("out"), input.number("timeout")];
    const { exportNotebooks } = await import("../export/index.js"); // with the sanitiser: not for --help
    const stop = new AbortController();
    const interrupt = (): void =>
      stop.abort(
        new RunError("export", {
          kind: "not-executed",
          message: "interrupted, nothing was written",
          trace: [],
          next: "run it again",
        }),
      );
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    const report = await exportNotebooks({
      notebooks: input.positionals,
      execute,
      params,
      signal: stop.signal,
      ...(outDir === undefined ? {} : { outDir }),
      ...(timeout === undefined ? {} : { timeout }),
    }).finally(() => process.off("SIGINT", interrupt).off("SIGTERM", interrupt));
    if (input.flag("json")) process.stdout.write(`${JSON.stringify(report, undefined, 1)}\n`);
    else
      for (const { file, bytes, charts } of report.pages)
        process.stdout.write(
          `${report.outDir}/${file}  ${formatNumber(bytes / 1e6, 2)} MB, ${charts} ${charts === 1 ? "chart" : "charts"}\n`,
        );
    const findings = report.pages.flatMap((page) => page.findings.map((finding) => ({ page: page.file, ...finding })));
    for (const { page, level, message, cell } of findings)
      process.stderr.write(`${page}${cell === undefined ? "" : `, cell ${cell}`}: ${level}: ${message}\n`);
    return findings.some(({ level }) => level === "error") ? 1 : 0;
  },
};
