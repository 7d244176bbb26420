import { InputError } from "../base/errors.js";
import { observe, type SharedObject } from "../machine/object.js";

/** What a condition can look at: a Cell, an Atomic, a RefCount, a SeqCount, Bits (numbers of the bits that are set)... */
export type Readable<T = unknown> = SharedObject & { readonly value: T };

/** The values of these objects, in order. */
export type Values<T extends readonly Readable[]> = {
  readonly [K in keyof T]: T[K] extends { readonly value: infer V } ? V : never;
};

/**
 * A condition over the values of some objects, as smp_cond_load_acquire, wait_event and spinUntil wait for. It gets
 * the values as arguments; one that takes no arguments may read `value` and other getters of these same objects. Looking
 * at any other object is refused: a change of that would not be known to open the guard.
 */
export class Condition<T extends readonly Readable[]> {
  readonly #ask: () => boolean;
  #values: Values<T> | null = null;

  constructor(
    /** The function that waits for it, for messages. */
    readonly by: string,
    /** What it waits on beside the objects, for messages. */
    readonly on: string | null,
    readonly objects: T,
    readonly condition: (...values: Values<T>) => boolean,
  ) {
    this.#ask = () => condition(...this.#values!);
  }

  /** Whether it holds now. */
  holds(): boolean {
    return this.#holdsFor(this.objects.map(valueOf) as unknown as Values<T>, this.#look);
  }

  /** Whether it holds for these values, which its objects had at some other time; it may look at nothing else. */
  heldFor(...values: Values<T>): boolean {
    return this.#holdsFor(values, this.#refuse);
  }

  /** Whether all that it looks at are its arguments, as far as can be told. */
  get takesValues(): boolean {
    return this.condition.length === this.objects.length;
  }

  get #names(): string {
    return this.objects.map(({ name }) => name).join(", ");
  }

  get #call(): string {
    return `${this.by}(${this.on ?? this.#names})`;
  }

  #holdsFor(values: Values<T>, seen: (object: SharedObject) => void): boolean {
    this.#values = values;
    return observe(this.#ask, seen);
  }

  readonly #look = (object: SharedObject): void => {
    if (!this.objects.includes(object as Readable)) {
      throw new InputError(
        `what the condition of ${this.#call} looks at`,
        object.name,
        `what it names: ${this.#names}`,
        `name ${object.name} among them too, and take its value as an argument`,
      );
    }
  };

  readonly #refuse = (object: SharedObject): void => {
    throw new InputError(
      `what the condition of ${this.#call} looks at by itself`,
      object.name,
      "its arguments",
      "use the value that it is given as an argument, or let it take none",
    );
  };
}

const valueOf = ({ value }: Readable): unknown => value;
