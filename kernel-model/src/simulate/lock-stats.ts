import { Latencies } from "./latencies.js";

/** Waiting for the objects of one name, and holding them if they are locks. Starts anew after the warm-up. */
export class LockStats {
  /** Times that a lock of this name was taken. */
  acquisitions = 0;
  /** Times that a task had to wait: for the lock, or for what else the object stands for. */
  contended = 0;
  /** Time from finding it closed until it was the task's turn, of those that had to wait, ns. */
  readonly wait = new Latencies();
  /** Time from taking it to giving it back, ns. */
  readonly hold = new Latencies();

  constructor(readonly name: string) {}

  reset(): void {
    this.acquisitions = this.contended = 0;
    this.wait.reset();
    this.hold.reset();
  }
}
