/** What cells have declared. Compiled cells define and read their variables here. */
export class CellExports {
  #recorded = new Set<string>();
  readonly proxy: Record<string, unknown>;

  constructor(private readonly values: Record<string, unknown> = {}) {
    this.proxy = new Proxy(values, {
      // TypeScript defines imported names as getters; a later cell must be able to declare the name anew.
      defineProperty: (target, name, attributes) => {
        if (name === "__esModule" || typeof name === "symbol") return true;
        this.#recorded.add(name);
        target[name] = attributes.get === undefined ? (attributes.value as unknown) : (attributes.get() as unknown);
        return true;
      },
    });
  }

  /** Names and their values. */
  entries(): [string, unknown][] {
    return Object.entries(this.values);
  }

  /** Begins to record in a set of its own, which goes on growing while the cell runs. */
  startRecording(): ReadonlySet<string> {
    this.#recorded = new Set();
    return this.#recorded;
  }

  recordedWithoutValue(): ReadonlySet<string> {
    return new Set([...this.#recorded].filter((name) => this.values[name] === undefined));
  }

  take(name: string): unknown {
    const value = this.values[name];
    this.forget(name);
    return value;
  }

  forget(name: string): void {
    Reflect.deleteProperty(this.values, name);
    this.#recorded.delete(name);
  }
}
