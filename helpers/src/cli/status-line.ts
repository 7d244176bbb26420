/** Shows how far a command is, in one line of stderr that the next call replaces; without a text the line is cleared. Nothing where stderr is no terminal. */
export function statusLine(text = ""): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
