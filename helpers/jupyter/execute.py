"""Runs a notebook in its own kernel and reports every cell, one JSON object a line on stdout.

Called by `mm-lab run` (helpers/src/run/execute.ts), which judges, normalises and writes. Input: one JSON object on
stdin, {"notebook": path, "timeout": seconds per cell or null}. nbclient talks to the kernel; beyond it this script
 - keeps the status of every reply (nbclient ignores "aborted", and the cell then looks as if it had run), and
 - keeps what arrives after a cell went idle (nbclient drops it: a late rejection would pass unseen).
"""

import asyncio
import json
import os
import sys

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError

LATE_SECONDS = 0.3


class Client(NotebookClient):
    """NotebookClient that also hears the cells that are already over."""

    def __init__(self, nb, report, **kw):
        super().__init__(nb, **kw)
        self.report = report
        self.cell_of_message = {}
        self.on_cell_start = lambda cell, cell_index: report(event="start", index=cell_index)
        self.on_cell_executed = self.executed
        self.on_cell_error = self.executed

    def executed(self, cell, cell_index, execute_reply):
        content = (execute_reply or {}).get("content", {})
        self.report(event="reply", index=cell_index, **{k: content.get(k) for k in ("status", "ename", "evalue", "traceback")})

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        self.cell_of_message[parent_msg_id] = (cell, cell_index)
        while True:
            message = await self.kc.iopub_channel.get_msg(timeout=None)
            if message["parent_header"].get("msg_id") != parent_msg_id:
                self.late(message)
                continue
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                return

    def late(self, message):
        cell, index = self.cell_of_message.get(message["parent_header"].get("msg_id"), (None, None))
        if cell is None or message["msg_type"] == "status":
            return
        self.report(event="late", index=index)
        try:
            self.process_message(message, cell, index)
        except CellExecutionComplete:
            pass

    async def hear_the_rest(self):
        loop = asyncio.get_running_loop()
        end = loop.time() + LATE_SECONDS
        while (left := end - loop.time()) > 0:
            try:
                self.late(await asyncio.wait_for(self.kc.iopub_channel.get_msg(timeout=None), left))
            except asyncio.TimeoutError:
                return

    async def run(self):
        async with self.async_setup_kernel():
            for index, cell in enumerate(self.nb.cells):
                await self.async_execute_cell(cell, index, execution_count=self.code_cells_executed + 1)
            await self.hear_the_rest()


def main():
    request = json.load(sys.stdin)
    path = request["notebook"]
    # Whatever the kernel prints on its own stdout must not end up among our lines.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def report(**event):
        lines.write(json.dumps(event) + "\n")
        lines.flush()

    nb = nbformat.read(path, as_version=4)
    client = Client(
        nb, report,
        kernel_name=nb.metadata.get("kernelspec", {}).get("name", "tslab"),
        timeout=request["timeout"], startup_timeout=120, coalesce_streams=False,
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(path))}},
    )
    failure = None
    try:
        asyncio.run(client.run())
    except CellExecutionError:
        pass  # reported with the reply
    except CellTimeoutError:
        failure = "timeout"
    except (DeadKernelError, asyncio.CancelledError):
        failure = "dead-kernel"
    except NoSuchKernel:
        failure = "no-kernel"
    except RuntimeError as error:  # the kernel ended before it said hello
        failure = f"no-start: {error}"
    report(event="done", failure=failure, notebook=nb)


main()
