import { StringDecoder } from "node:string_decoder";
import type { IoChannel, StreamName } from "./channel.js";

/** From here on, what the process writes to stdout and stderr (console.log does) goes to the notebook. */
export function redirectOutput(channel: IoChannel): void {
  redirect(process.stdout, "stdout", channel);
  redirect(process.stderr, "stderr", channel);
}

type Done = (error?: Error | null) => void;

function redirect(stream: NodeJS.WriteStream, name: StreamName, channel: IoChannel): void {
  const decoder = new StringDecoder("utf8");
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, callback?: Done): boolean => {
    const plain = typeof chunk === "string" && (typeof encoding !== "string" || /^utf-?8$/i.test(encoding));
    const text = plain
      ? chunk
      : decoder.write(typeof chunk === "string" ? Buffer.from(chunk, encoding as BufferEncoding) : Buffer.from(chunk));
    channel.stream(name, text);
    const done = typeof encoding === "function" ? encoding : callback;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
}

/** Node warns about each use of what it calls experimental, e.g. that a cell loads an ES module; that is noise in a notebook. */
export function silenceExperimentalWarnings(): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}
