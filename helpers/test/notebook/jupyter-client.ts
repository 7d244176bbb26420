import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { decode, encode, type ConnectionInfo, type Header, type Message } from "../../src/notebook/kernel/wire.js";
import { loadZeroMq, type Receiving, type Sending, type Subscriber } from "../../src/notebook/kernel/zeromq.js";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

type Content = Readonly<Record<string, unknown>>;

export interface Execution {
  readonly reply: Content;
  /** Everything published for the cell, in order, from busy to idle. */
  readonly messages: readonly Message[];
}

export interface StartOptions {
  /** Default: as the project's kernelspec says. */
  readonly command?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A Jupyter client over the real protocol: starts a kernel process and talks to it as a front end does. */
export class JupyterClient {
  static async start(options: StartOptions = {}): Promise<JupyterClient> {
    const connection = await connectionInfo();
    const folder = mkdtempSync(join(tmpdir(), "mm-lab-kernel-"));
    const file = join(folder, "connection.json");
    writeFileSync(file, JSON.stringify(connection));
    const command = options.command ?? [
      "--no-force-async-hooks-checks",
      join(ROOT, "helpers", "jupyter", "kernel.mjs"),
    ];
    const child = spawn(process.execPath, [...command, "--config-path", file], {
      cwd: options.cwd ?? join(ROOT, "notebooks"),
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a process group of its own, as Jupyter does, so that an interrupt goes to the whole group
    });
    const client = new JupyterClient(child, connection, folder);
    await client.ready();
    return client;
  }

  readonly #zmq = loadZeroMq();
  readonly #session = randomUUID();
  readonly #shell = new this.#zmq.Dealer({ routingId: this.#session });
  readonly #control = new this.#zmq.Dealer({ routingId: this.#session });
  readonly #iopub: Subscriber = new this.#zmq.Subscriber();
  readonly #replies = new Map<string, (message: Message) => void>();
  readonly #watchers = new Set<(message: Message) => void>();
  #closed = false;
  readonly exited: Promise<number | null>;
  /** What the process itself wrote: should be nothing. */
  processOutput = "";

  private constructor(
    readonly child: ChildProcess,
    private readonly connection: ConnectionInfo,
    private readonly folder: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data: Buffer) => (this.processOutput += data.toString()));
    this.exited = new Promise((resolve) => child.once("exit", resolve));
    const address = (port: number): string => `${connection.transport}://${connection.ip}:${port}`;
    this.#iopub.receiveHighWaterMark = 0;
    this.#iopub.connect(address(connection.iopub_port));
    this.#iopub.subscribe();
    this.#shell.connect(address(connection.shell_port));
    this.#control.connect(address(connection.control_port));
    const replied = (message: Message): void => this.#replies.get(message.parent.msg_id ?? "")?.(message);
    void this.#listen(this.#shell, replied);
    void this.#listen(this.#control, replied);
    void this.#listen(this.#iopub, (message) => {
      for (const watcher of [...this.#watchers]) watcher(message);
    });
  }

  /** Resolves when the kernel answers and its outputs reach us. */
  async ready(timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    let heard = false;
    const unwatch = this.watch(() => (heard = true));
    while (!heard) {
      if (Date.now() > deadline || this.child.exitCode !== null)
        throw new Error(`the kernel does not answer: ${this.processOutput}`);
      await Promise.race([this.request("shell", "kernel_info_request", {}), sleep(500)]);
      await sleep(20);
    }
    unwatch();
  }

  /** Sends a request and resolves with the content of its reply. */
  async request(channel: "shell" | "control", type: string, content: Content): Promise<Content> {
    return (await this.#send(channel, type, content).reply).content;
  }

  /** Runs a cell; resolves when it is idle and replied to. */
  async execute(code: string, options: Content = {}): Promise<Execution> {
    return this.begin(code, options).done;
  }

  /** Like {@link execute}, for talking to the kernel meanwhile. */
  begin(
    code: string,
    options: Content = {},
  ): { readonly done: Promise<Execution>; readonly messages: readonly Message[] } {
    const messages: Message[] = [];
    const sent = this.#send("shell", "execute_request", {
      code,
      silent: false,
      store_history: true,
      stop_on_error: true,
      ...options,
    });
    const idle = new Promise<void>((resolve) => {
      const unwatch = this.watch((message) => {
        if (message.parent.msg_id !== sent.id) return;
        messages.push(message);
        if (message.header.msg_type === "status" && message.content["execution_state"] === "idle") {
          unwatch();
          resolve();
        }
      });
    });
    const done = Promise.all([sent.reply, idle]).then(([reply]) => ({ reply: reply.content, messages }));
    return { done, messages };
  }

  /** Calls `watcher` for everything that is published; returns the way to stop. */
  watch(watcher: (message: Message) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** SIGINT to the process group: what Jupyter does for kernels with interrupt_mode "signal". */
  interruptBySignal(): void {
    process.kill(-(this.child.pid ?? NaN), "SIGINT");
  }

  /** What Jupyter does for kernels with interrupt_mode "message". */
  async interrupt(): Promise<Content> {
    return this.request("control", "interrupt_request", {});
  }

  /** Asks the kernel to end; resolves with the milliseconds until the process was gone. */
  async shutdown(restart = false): Promise<number> {
    const started = performance.now();
    await this.request("control", "shutdown_request", { restart });
    await this.exited;
    this.#close();
    return performance.now() - started;
  }

  /** For afterAll: ends the kernel whatever its state. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGKILL");
      await this.exited;
    }
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const socket of [this.#shell, this.#control, this.#iopub]) {
      socket.linger = 0;
      socket.close();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #send(
    channel: "shell" | "control",
    type: string,
    content: Content,
  ): { readonly id: string; readonly reply: Promise<Message> } {
    const header: Header = {
      msg_id: "",
      session: this.#session,
      username: "test",
      date: "",
      msg_type: type,
      version: "5.3",
    };
    const frames = encode(this.connection.key, {
      identities: [],
      parent: header,
      type,
      content: JSON.stringify(content),
    });
    const {
      header: { msg_id: id },
    } = decode(this.connection.key, frames);
    const reply = new Promise<Message>((resolve) => this.#replies.set(id, resolve));
    void (channel === "shell" ? this.#shell : (this.#control as Sending)).send(frames);
    return { id, reply };
  }

  async #listen(socket: Receiving, handle: (message: Message) => void): Promise<void> {
    try {
      for (;;) handle(decode(this.connection.key, await socket.receive()));
    } catch {
      // closed
    }
  }
}

/** All text a cell wrote to one stream, or to both as written. */
export function streamText({ messages }: Execution, name?: "stdout" | "stderr"): string {
  return messages
    .filter(({ header, content }) => header.msg_type === "stream" && (name === undefined || content["name"] === name))
    .map(({ content }) => String(content["text"]))
    .join("");
}

/** The contents of all messages of a type, in order. */
export function contents({ messages }: Pick<Execution, "messages">, type: string): Content[] {
  return messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
}

/** The text/plain of the cell's last value. */
export function resultText(execution: Execution): string | undefined {
  const data = contents(execution, "execute_result")[0]?.["data"] as Record<string, string> | undefined;
  return data?.["text/plain"];
}

/** The cell's error message; fails if there is not exactly one. */
export function errorOf(execution: Execution): {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
} {
  const errors = contents(execution, "error");
  if (errors.length !== 1)
    throw new Error(`expected one error message, got ${errors.length}: ${JSON.stringify(execution.reply)}`);
  return errors[0] as never;
}

async function connectionInfo(): Promise<ConnectionInfo> {
  const [iopub_port, shell_port, control_port, stdin_port, hb_port] = (await freePorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    key: randomUUID(),
    iopub_port,
    shell_port,
    control_port,
    stdin_port,
    hb_port,
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
