import { createRequire } from "node:module";

/** The part of zeromq.js 6 that the kernel and its tests use; tslab brings the package. */
export interface Socket {
  bind(address: string): Promise<void>;
  connect(address: string): void;
  close(): void;
  linger: number;
}

export interface Sending extends Socket {
  send(frames: readonly Buffer[]): Promise<void>;
}

export interface Receiving extends Socket {
  receive(): Promise<Buffer[]>;
}

export interface Publisher extends Sending {
  /** Wait for a slow subscriber instead of dropping its messages. */
  noDrop: boolean;
}

export interface Subscriber extends Receiving {
  subscribe(): void;
  receiveHighWaterMark: number;
}

export interface ZeroMq {
  readonly Publisher: new () => Publisher;
  readonly Subscriber: new () => Subscriber;
  readonly Router: new () => Sending & Receiving;
  readonly Dealer: new (options: { routingId: string }) => Sending & Receiving;
  readonly Reply: new () => Sending & Receiving;
}

/** Loads the zeromq that tslab depends on, wherever npm has put it. */
export function loadZeroMq(): ZeroMq {
  const fromTslab = createRequire(createRequire(import.meta.url).resolve("tslab/package.json"));
  return fromTslab("zeromq") as ZeroMq;
}
