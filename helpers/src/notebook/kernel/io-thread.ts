import { readFileSync } from "node:fs";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { SHARED, type ToCells, type ToIo } from "./channel.js";
import { kernelInfo } from "./kernel-info.js";
import { Outbox } from "./outbox.js";
import { terminateMainThread } from "./terminate.js";
import { decode, encode, type ConnectionInfo, type Header, type Message } from "./wire.js";
import { loadZeroMq, type Receiving, type Sending } from "./zeromq.js";

/** A cell that has not noticed an interrupt for so long is computing without a pause. */
const ESCALATE_MS = 2_000;

export interface IoThreadData {
  readonly configPath: string;
  readonly shared: SharedArrayBuffer;
  readonly paced: boolean;
}

interface Request {
  readonly message: Message;
  readonly socket: Sending;
}

/** Talks to Jupyter: owns the sockets, answers what needs no TypeScript, passes the rest on. */
class IoThread {
  readonly #zmq = loadZeroMq();
  readonly #connection: ConnectionInfo;
  readonly #publisher = new this.#zmq.Publisher();
  readonly #shell = new this.#zmq.Router();
  readonly #control = new this.#zmq.Router();
  readonly #stdin = new this.#zmq.Router();
  readonly #heartbeat = new this.#zmq.Reply();
  readonly #shared: Int32Array;
  readonly #outbox: Outbox;
  readonly #waiting = new Map<number, Request>();
  #nextId = 1;
  #cell: Partial<Header> = {};

  constructor(
    data: IoThreadData,
    private readonly cells: MessagePort,
  ) {
    this.#connection = JSON.parse(readFileSync(data.configPath, "utf8")) as ConnectionInfo;
    this.#shared = new Int32Array(data.shared);
    this.#outbox = new Outbox(this.#publisher, this.#connection.key, {
      paced: data.paced,
      onSent: (size) => {
        Atomics.add(this.#shared, SHARED.sent, size);
        Atomics.notify(this.#shared, SHARED.sent);
      },
    });
    cells.on("message", (message: ToIo) => this.#fromCells(message));
  }

  async start(): Promise<void> {
    const { transport, ip, iopub_port, shell_port, control_port, stdin_port, hb_port } = this.#connection;
    const address = (port: number): string => `${transport}://${ip}:${port}`;
    await Promise.all([
      this.#publisher.bind(address(iopub_port)),
      this.#shell.bind(address(shell_port)),
      this.#control.bind(address(control_port)),
      this.#stdin.bind(address(stdin_port)),
      this.#heartbeat.bind(address(hb_port)),
    ]);
    const answer = (socket: Sending & Receiving) => (frames: Buffer[]) => this.#fromJupyter(socket, frames);
    void forEachMessage(this.#shell, answer(this.#shell));
    void forEachMessage(this.#control, answer(this.#control));
    void forEachMessage(this.#heartbeat, (frames) => void this.#heartbeat.send(frames).catch(() => undefined));
    void forEachMessage(this.#stdin, () => undefined);
    this.#publish({}, "status", { execution_state: "starting" });
  }

  #fromCells(message: ToIo): void {
    switch (message.kind) {
      case "stream":
        this.#outbox.stream(this.#cell, message.name, message.text);
        break;
      case "publish":
        this.#outbox.publish(this.#cell, message.type, message.content, message.content.length);
        break;
      case "begin":
        this.#cell = this.#waiting.get(message.id)?.message.header ?? {};
        this.#publish(this.#cell, "status", { execution_state: "busy" });
        break;
      case "reply":
      case "abort": {
        const request = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        if (request === undefined) break;
        if (message.kind === "abort") this.#publish(request.message.header, "status", { execution_state: "busy" });
        this.#answer(request, message.kind === "abort" ? JSON.stringify({ status: "aborted" }) : message.content);
        break;
      }
      case "exiting":
        void this.#outbox.drained(1_000).then(() => {
          this.#close();
          Atomics.store(this.#shared, SHARED.drained, 1);
          Atomics.notify(this.#shared, SHARED.drained);
        });
        break;
    }
  }

  #fromJupyter(socket: Sending, frames: Buffer[]): void {
    let message: Message;
    try {
      message = decode(this.#connection.key, frames);
    } catch {
      return; // not from our Jupyter
    }
    const request = { message, socket };
    const type = message.header.msg_type;
    if (type === "execute_request") {
      this.#pass(request); // busy when its turn comes
      return;
    }
    this.#publish(message.header, "status", { execution_state: "busy" });
    switch (type) {
      case "complete_request":
      case "inspect_request":
      case "is_complete_request":
        this.#pass(request);
        return;
      case "kernel_info_request":
        this.#answer(request, JSON.stringify(kernelInfo()));
        return;
      case "comm_info_request":
        this.#answer(request, JSON.stringify({ status: "ok", comms: {} }));
        return;
      case "history_request":
        this.#answer(request, JSON.stringify({ status: "ok", history: [] }));
        return;
      case "interrupt_request":
        this.#answer(request, JSON.stringify({ status: "ok" }));
        this.#interrupt();
        return;
      case "shutdown_request":
        this.#answer(request, JSON.stringify({ status: "ok", restart: message.content["restart"] === true }));
        void this.#shutDown();
        return;
      case "comm_open":
        // No widgets here: say so at once, so that the front end does not wait.
        this.#publish(message.header, "comm_close", { comm_id: message.content["comm_id"], data: {} });
        break;
      default:
        break;
    }
    this.#publish(message.header, "status", { execution_state: "idle" });
  }

  #pass(request: Request): void {
    const id = this.#nextId++;
    this.#waiting.set(id, request);
    const { header, content } = request.message;
    this.cells.postMessage({ kind: "request", id, type: header.msg_type, content } satisfies ToCells);
  }

  #answer({ message, socket }: Request, content: string): void {
    const { identities, header } = message;
    const type = header.msg_type.replace(/_request$/, "_reply");
    const send = (): void => {
      socket.send(encode(this.#connection.key, { identities, parent: header, type, content })).catch(() => undefined);
    };
    // The outputs of a cell go out before its reply: headless clients stop reading soon after the reply.
    if (type === "execute_reply") this.#outbox.after(send);
    else send();
    this.#publish(header, "status", { execution_state: "idle" });
  }

  #publish(parent: Partial<Header>, type: string, content: object): void {
    this.#outbox.publish(parent, type, JSON.stringify(content), 0);
  }

  #interrupt(): void {
    const seen = Atomics.load(this.#shared, SHARED.interruptsSeen);
    process.kill(process.pid, "SIGINT");
    setTimeout(() => {
      const ignored = Atomics.load(this.#shared, SHARED.interruptsSeen) === seen;
      if (ignored && Atomics.load(this.#shared, SHARED.running) === 1) void terminateMainThread();
    }, ESCALATE_MS).unref();
  }

  async #shutDown(): Promise<void> {
    await this.#outbox.drained(500);
    this.cells.postMessage({ kind: "exit" } satisfies ToCells);
    // A cell that computes without a pause would never read that message.
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 400);
  }

  /** zeromq.js aborts the process if it ends while a socket waits for messages. */
  #close(): void {
    this.#outbox.close();
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#heartbeat]) {
      socket.linger = 200;
      socket.close();
    }
  }
}

async function forEachMessage(socket: Receiving, handle: (frames: Buffer[]) => void): Promise<void> {
  try {
    for (;;) handle(await socket.receive());
  } catch {
    // closed: the kernel ends
  }
}

/** A kernel whose Jupyter died without a word must not stay behind. */
function followParent(): void {
  const parent = process.ppid;
  if (process.env["JPY_PARENT_PID"] === undefined) return;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 1_000).unref();
}

if (parentPort !== null) {
  followParent();
  await new IoThread(workerData as IoThreadData, parentPort).start();
}
