import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Position, SourcePositions } from "./source-positions.js";

const HERE = dirname(fileURLToPath(import.meta.url));

/** For each error whose stack was formatted: the frames in cells, innermost first. */
const cellFrames = new WeakMap<Error, readonly Position[]>();

/**
 * From here on every `error.stack` names positions in TypeScript sources ("Cell [3], line 4:7",
 * "kernel-model/src/…ts:10:5") and leaves out what is not the user's: tslab, node:internal, node:vm, this kernel.
 */
export function installStackTraces(positions: SourcePositions): void {
  Error.stackTraceLimit = 50;
  Error.prepareStackTrace = (error, sites) => {
    const frames: Position[] = [];
    const lines: string[] = [];
    let mine = 0; // lines down to the outermost frame that is not Node's
    for (const site of sites) {
      const file = site.getFileName() ?? undefined;
      const line = site.getLineNumber();
      const column = site.getColumnNumber();
      if (file !== undefined && (isOurs(file) || positions.isWrapping(file, line ?? 0))) continue;
      // Cells call each other's functions as properties of an object that the user never sees.
      // eslint-disable-next-line @typescript-eslint/no-base-to-string -- V8's call sites have a toString that their type lacks
      let text = site.toString().replace(/^(async )?(?:Proxy|Object|Module)\./, "$1");
      if (file !== undefined && line !== null && column !== null) {
        const position = positions.find(file, line, column);
        if (position?.isCell === true) frames.push(position);
        text = text.replace(
          `${file}:${line}:${column}`,
          position === undefined
            ? `${file.startsWith("node:") ? file : positions.shorten(file)}:${line}:${column}`
            : describePosition(position),
        );
      }
      lines.push(`    at ${text}`);
      if (file?.startsWith("node:") !== true) mine = lines.length;
    }
    cellFrames.set(error, frames);
    return [headline(error), ...lines.slice(0, mine)].join("\n");
  };
}

/** The innermost place in a cell that the error passed through. */
export function innermostCell(error: Error): Position | undefined {
  return error.stack === undefined ? undefined : cellFrames.get(error)?.[0]; // reading the stack formats it
}

export function describePosition({ where, line, column, isCell }: Position): string {
  return isCell ? `${where}, line ${line}:${column}` : `${where}:${line}:${column}`;
}

function isOurs(file: string): boolean {
  if (file.startsWith("node:internal") || file.startsWith("node:vm") || file.includes("/tslab/dist/")) return true;
  const path = file.startsWith("file://") ? fileURLToPath(file) : file;
  return path.startsWith(HERE + sep) || path === `${HERE}.js`;
}

function headline(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
