import { Session } from "node:inspector";

/**
 * Ends whatever JavaScript the main thread is executing, as a debugger does; called from another thread.
 *
 * The last resort against a loop without a pause that runs after an `await`: no signal handler of Node's can reach it.
 * Node checks its own book-keeping after timer callbacks and gives up the process when they were cut short like this, unless
 * it was started with --no-force-async-hooks-checks; the kernelspec passes that flag.
 */
export function terminateMainThread(): Promise<void> {
  return new Promise((resolve) => {
    const session = new Session();
    session.connectToMainThread();
    session.post("Runtime.terminateExecution", () => {
      session.disconnect();
      resolve();
    });
  });
}
