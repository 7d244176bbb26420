import { toBundle } from "../display/to-bundle.js";
import { kernelBridge } from "./bridge.js";
import { runningTslab, type TslabJupyter } from "./running-tslab.js";
import { sendToNotebook } from "./show.js";

/**
 * Mends a plain tslab kernel as far as a library can, from the cell after the one that imports it: no output lost (tslab drops
 * what exceeds some 500 messages), and last values shown richly. Does nothing elsewhere.
 */
export function mendPlainTslab(): void {
  const notebook = (globalThis as { __tslab__?: { exports?: object } }).__tslab__;
  const tslab = runningTslab();
  if (notebook?.exports === undefined || kernelBridge() !== undefined || tslab === undefined || MENDED in tslab) return;
  Object.defineProperty(tslab, MENDED, { value: true });
  gatherStreams(tslab);
  queueMessages(tslab);
  showLastValues(notebook.exports);
}

const MENDED = Symbol.for("mm-lab.mended");

type WriteStream = (name: string, text: string) => void;
type WriteDisplay = (data: unknown, update: boolean) => void;

interface Handler {
  createWriteToIopub(name: string, write: WriteStream): (data: string | Uint8Array) => boolean;
  handleExecute: (
    this: Handler,
    request: unknown,
    writeStream: WriteStream,
    writeDisplay: WriteDisplay,
  ) => Promise<unknown>;
}

interface Server {
  iopub: Iopub;
  publishStatus: (this: Server, status: string, parent: unknown) => void;
}

interface Iopub {
  send(frames: unknown): Promise<void> | void;
  close(): void;
  readonly closed?: boolean;
  noDrop?: boolean;
}

/** One message per stretch of text instead of one per write. */
function gatherStreams(tslab: TslabJupyter): void {
  const handler = tslab.JupyterHandlerImpl.prototype as Handler;
  const decoder = new TextDecoder();
  let waiting: { readonly name: string; readonly write: WriteStream; text: string }[] = [];
  const flush = (): void => {
    const gathered = waiting;
    waiting = [];
    for (const { name, write, text } of gathered) write(name, text);
  };
  handler.createWriteToIopub = (name, write) => (data) => {
    const text = typeof data === "string" ? data : decoder.decode(data);
    const last = waiting.at(-1);
    if (waiting.length === 0) setImmediate(flush);
    if (last?.name === name && last.write === write) last.text += text;
    else waiting.push({ name, write, text });
    return true;
  };
  const { handleExecute } = handler;
  handler.handleExecute = async function (request, writeStream, writeDisplay) {
    const inOrder: WriteDisplay = (data, update) => {
      flush();
      writeDisplay(data, update);
    };
    const reply = await handleExecute.call(this, request, writeStream, inOrder);
    flush();
    return reply;
  };
}

/** Sends one message after the other, as zeromq.js wants it; from the moment the importing cell becomes idle. */
function queueMessages(tslab: TslabJupyter): void {
  const server = tslab.ZmqServer.prototype as Server;
  const { publishStatus } = server;
  const queued = new WeakSet<Iopub>();
  server.publishStatus = function (status, parent) {
    if (!queued.has(this.iopub)) {
      this.iopub = inTurn(this.iopub);
      queued.add(this.iopub);
    }
    publishStatus.call(this, status, parent);
  };
}

function inTurn(socket: Iopub): Iopub {
  const waiting: unknown[] = [];
  let sending = false;
  socket.noDrop = true;
  const sendAll = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    for (let frames = waiting[0]; frames !== undefined && socket.closed !== true; frames = waiting[0]) {
      try {
        await socket.send(frames);
        waiting.shift();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1)); // EAGAIN: no room yet
      }
    }
    sending = false;
  };
  return {
    send(frames) {
      waiting.push(frames);
      void sendAll();
    },
    close: () => socket.close(),
  };
}

/** tslab stores a cell's last value under this name and then prints it; a setter sees it first. */
function showLastValues(cellExports: object): void {
  let last: unknown;
  const accessor = Object.defineProperty({}, "tsLastExpr", {
    configurable: true,
    get: () => last,
    set(value: unknown) {
      const bundle = toBundle(value);
      if (bundle !== undefined) sendToNotebook(bundle);
      last = bundle === undefined ? value : undefined;
    },
  });
  Object.setPrototypeOf(cellExports, accessor);
}
