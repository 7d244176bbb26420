"""Several processes whose memory KSM scans, each doing what it is told; and ksmd one batch at a time.

For record_ksm_wakeups.py; needs root. Standard library only.
"""
import gc
import json
import os
import signal
import socket
import sys
import time

from ksm_host import Area, FILES, NotRecorded, SLEEP_MS, SYS, write_knob

COUNTERS = [name for name in FILES] + ["full_scans"]
PATIENCE_S = 60


class Batches:
    """Makes ksmd do exactly one batch of pages_to_scan pages."""

    def __init__(self, cpu):
        self.files = [os.open(SYS + name, os.O_RDONLY) for name in COUNTERS]
        self.pid = next(int(pid) for pid in os.listdir("/proc") if pid.isdigit() and comm_of(pid) == "ksmd")
        self.allowed_before = os.sched_getaffinity(self.pid)
        os.sched_setaffinity(self.pid, {cpu})
        self.stat = os.open(f"/proc/{self.pid}/stat", os.O_RDONLY)
        self.sleep = SLEEP_MS
        self.park()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.sched_setaffinity(self.pid, self.allowed_before)
        for file in [*self.files, self.stat]:
            os.close(file)

    def counters(self):
        return [int(os.pread(file, 32, 0)) for file in self.files]

    def wait_until_asleep(self):
        """ksmd is in state S only where it waits to be woken: in the middle of a batch it runs (R) or waits for a lock (D)."""
        start = time.monotonic()
        while os.pread(self.stat, 256, 0).rsplit(b")", 1)[1].split()[0] != b"S":
            if time.monotonic() - start > PATIENCE_S:
                raise NotRecorded("ksmd does not finish its batch")
            time.sleep(0.0001)

    def park(self):
        """With run=0 and a new sleep time ksmd looks at run again and waits for it to become 1."""
        write_knob("run", 0)
        self.sleep = SLEEP_MS + (self.sleep + 1) % 2
        write_knob("sleep_millisecs", self.sleep)
        self.wait_until_asleep()

    def wake_up(self):
        write_knob("run", 1)
        self.wait_until_asleep()
        self.park()


def comm_of(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


class Processes:
    """The processes of a case, in the order of their start."""

    def __init__(self, sizes, cpu, huge=False):
        self.cpu = cpu
        # The recorder's own fresh pages must not go through the batch of the CPU on which the workload runs.
        os.sched_setaffinity(0, set(range(os.cpu_count())) - {cpu} or {cpu})
        self.address = f"\0mm-lab-ksm-{os.getpid()}-{time.monotonic_ns()}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.address)
        self.listener.listen(8)
        self.listener.settimeout(PATIENCE_S)
        self.members = []
        self.huge = huge
        self.sizes = sizes

    def __enter__(self):
        for pages in self.sizes:
            if os.fork() == 0:
                os.sched_setaffinity(0, {self.cpu})
                serve(self.address, pages, self.huge)
            self.accept()
        return self

    def __exit__(self, *_):
        for member in self.members:
            if member:
                self.end(member)
        self.listener.close()

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except TimeoutError as error:
            raise NotRecorded("a process of the workload did not start") from error
        connection.settimeout(PATIENCE_S)
        lines = connection.makefile("r")
        pid = int(lines.readline())
        stat = os.open(f"/proc/{pid}/ksm_stat", os.O_RDONLY)
        self.members.append((pid, connection, lines, stat))

    def apply(self, entry):
        """One entry of a log that is no wake-up."""
        kind, *rest = entry
        if kind == "knob":
            write_knob(*rest)
        elif kind == "exit":
            self.end(self.members[rest[0]])
            self.members[rest[0]] = None
        elif kind == "fork":
            self.order(rest[0], ["fork"])
            self.accept()
        else:
            self.order(*rest)

    def order(self, process, op):
        _, connection, lines, _ = self.members[process]
        connection.sendall(json.dumps(op).encode() + b"\n")
        answer = lines.readline().strip()
        if answer != "done":
            raise NotRecorded(answer or "a process of the workload died")

    def end(self, member):
        pid, connection, lines, stat = member
        os.close(stat)
        connection.shutdown(socket.SHUT_WR)
        lines.read()  # until it has closed its end, which it does when its memory is gone
        connection.close()
        wait_for_exit(pid)

    def rows(self):
        """rmap items and merged pages of each process; null once it has exited."""
        return [row_of(member) for member in self.members]


def row_of(member):
    if member is None:
        return None
    stat = dict(line.rsplit(None, 1) for line in os.pread(member[3], 4096, 0).decode().splitlines() if line.count(" ") == 1)
    return [int(stat["ksm_rmap_items"]), int(stat["ksm_merging_pages"])]


def wait_for_exit(pid):
    """A grandchild is reaped by its own parent or by init."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        while os.path.exists(f"/proc/{pid}") and b") Z" not in read_stat(pid):
            time.sleep(0.0002)


def read_stat(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read()
    except OSError:
        return b") Z"


def connect(address):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    connection.sendall(b"%d\n" % os.getpid())
    return connection


def warm_up():
    """Does all that a process does once, so that it gets its own copies of the pages it needs now and not in the middle of
    the case, where they would fill the CPU's batch of fresh pages."""
    area = Area(40)
    here, there = socket.socketpair()
    lines = here.makefile("r")
    for _ in range(3):
        for op in [["fill", 0, 40, 1, 2**60, 0], ["read", 0, 40], ["mergeable", 0, 0], ["dontneed", 0, 40], ["unmap", 0, 0]]:
            there.sendall(json.dumps(op).encode() + b"\n")
            area.apply(json.loads(lines.readline()))
    area.unmap(0, 40)  # it may lie where the workload has unmapped something


def serve(address, pages, huge):
    """The life of a process of the workload: does what it is told until the other side hangs up. Never returns."""
    gc.disable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        warm_up()
        area = Area(pages, huge)
        connection = connect(address)
        lines = connection.makefile("r")
        while True:
            line = lines.readline()
            if not line:
                break
            op = json.loads(line)
            if op[0] == "fork":
                if os.fork() == 0:
                    warm_up()
                    connection.close()
                    connection = connect(address)
                    lines = connection.makefile("r")
                    continue
                warm_up()
            else:
                area.apply(op)
            connection.sendall(b"done\n")
    except NotRecorded as error:
        connection.sendall(f"{error}\n".encode())
    except BaseException as error:  # not into the recorder's code, of which this is a copy
        print(repr(error), file=sys.stderr)
    finally:
        os._exit(0)
