/** Thrown by what was stopped with Jupyter's "interrupt" (or Ctrl-C). Variables of earlier cells keep their values. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor(
    message = "the cell was interrupted. Next: run it again, or go on with another cell; earlier variables are unchanged.",
    /** How far the work had come, in the unit it reports; absent where it reported nothing. */
    readonly done?: number,
    readonly total?: number,
  ) {
    super(message);
  }
}
