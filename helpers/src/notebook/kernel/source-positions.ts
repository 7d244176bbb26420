import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A place in what the user wrote. Line and column count from 1. */
export interface Position {
  /** "Cell [3]", or the path of a file from the project's root. */
  readonly where: string;
  readonly line: number;
  readonly column: number;
  readonly isCell: boolean;
}

interface Code {
  readonly label: string;
  readonly source: string;
  /** From the executed code backwards; each maps into the input of the one before. */
  readonly maps: readonly string[];
  /** Lines that the last map's source has before the user's first line. */
  readonly skippedLines: number;
  readonly isCell: boolean;
  /** Lines of executed code; what lies beyond was put around it by the kernel. */
  readonly lines: number;
  parsed?: readonly SourceMap[];
}

/** Knows, for every cell and every compiled file, where a position of the executed code stands in the TypeScript source. */
export class SourcePositions {
  readonly #code = new Map<string, Code | undefined>();

  /** @param root paths below it are shown relative to it */
  constructor(private readonly root: string) {}

  addCell(fileName: string, cell: Pick<Code, "label" | "source" | "lines" | "maps">): void {
    // tslab puts one line before the cell.
    this.#code.set(fileName, { ...cell, skippedLines: 1, isCell: true });
  }

  /** Whether the kernel itself wrote the code at this line of a cell. */
  isWrapping(fileName: string, line: number): boolean {
    return line > (this.#code.get(fileName)?.lines ?? Infinity);
  }

  /** A TypeScript module beside the notebook, compiled in memory. */
  addModule(fileName: string, sourcePath: string, maps: readonly string[]): void {
    this.#code.set(fileName, {
      label: this.shorten(sourcePath),
      source: "",
      maps,
      skippedLines: 0,
      isCell: false,
      lines: Infinity,
    });
  }

  /** Where the user wrote what is executed at this position (line and column from 1), or undefined if the file was not compiled. */
  find(file: string, line: number, column: number): Position | undefined {
    const code = this.#lookUp(file);
    if (code === undefined) return undefined;
    code.parsed ??= code.maps.map((json) => new SourceMap(JSON.parse(json) as SourceMapPayload));
    let at = { line: line - 1, column: column - 1 };
    let label = code.label;
    for (const map of code.parsed) {
      const entry = map.findEntry(at.line, at.column);
      if (!("originalLine" in entry)) return undefined;
      at = { line: entry.originalLine, column: entry.originalColumn };
      if (label === "") label = entry.originalSource;
    }
    if (!code.isCell && code.label === "") label = this.shorten(resolve(dirname(toPath(file)), label));
    const found = { where: label, line: at.line + 1 - code.skippedLines, column: at.column + 1, isCell: code.isCell };
    return code.isCell
      ? { ...found, column: startOfCall(code.source.split("\n")[found.line - 1] ?? "", found.column) }
      : found;
  }

  /** The line of a cell's source, by the label and number of a {@link Position}. */
  sourceLine(label: string, line: number): string | undefined {
    for (const code of [...this.#code.values()].reverse()) {
      if (code?.label === label && code.isCell) return code.source.split("\n")[line - 1];
    }
    return undefined;
  }

  shorten(path: string): string {
    const plain = toPath(path);
    const short = relative(this.root, plain);
    return short.startsWith("..") || short === "" ? plain : short.split(sep).join("/");
  }

  #lookUp(file: string): Code | undefined {
    if (!this.#code.has(file)) this.#code.set(file, readMapBeside(file));
    return this.#code.get(file);
  }
}

/** Calls of imported functions are compiled such that their position is the bracket; people look at the name. */
function startOfCall(line: string, column: number): number {
  if (line[column - 1] !== "(") return column;
  const name = /[\w$.]+$/.exec(line.slice(0, column - 1));
  return name === null ? column : name.index + 1;
}

function readMapBeside(file: string): Code | undefined {
  const path = `${toPath(file)}.map`;
  // Only our own packages come with maps whose sources are at hand.
  if (path.includes(`${sep}node_modules${sep}`) || !existsSync(path)) return undefined;
  return { label: "", source: "", maps: [readFileSync(path, "utf8")], skippedLines: 0, isCell: false, lines: Infinity };
}

function toPath(file: string): string {
  return file.startsWith("file://") ? fileURLToPath(file) : file;
}
