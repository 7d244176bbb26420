import { InputError } from "./errors.js";

/** Checks the shape of a JSON document read from a file; every error names the place and what to do. */
export class JsonShape {
  /**
   * @param next what to do about a malformed file
   * @param prefix put before the place, e.g. the file's name
   */
  constructor(
    private readonly next: string,
    private readonly prefix = "",
  ) {}

  object(value: unknown, where: string): Readonly<Record<string, unknown>> {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.malformed(where, value, "a JSON object");
  }

  array(value: unknown, where: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    throw this.malformed(where, value, "a JSON array");
  }

  filledArray(value: unknown, where: string): readonly unknown[] {
    const array = this.array(value, where);
    if (array.length > 0) return array;
    throw this.malformed(where, value, "a JSON array with at least one entry");
  }

  number(value: unknown, where: string): number {
    if (typeof value === "number") return value;
    throw this.malformed(where, value, "a number");
  }

  string(value: unknown, where: string): string {
    if (typeof value === "string") return value;
    throw this.malformed(where, value, "a text");
  }

  malformed(where: string, value: unknown, accepted: string): InputError {
    return new InputError(`${this.prefix}${where}`, value, accepted, this.next);
  }
}
