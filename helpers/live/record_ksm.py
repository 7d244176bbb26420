#!/usr/bin/env python3
"""Records what KSM of the running kernel does to given workloads, counter by counter, scan by scan.

    sudo python3 helpers/live/record_ksm.py WORKLOADS.json RECORDING.json [--once] [--smart-scan 0|1]

WORKLOADS.json is {"scans": 30, "workloads": [{"name", "pages", "note", "knobs", "steps"}, ...]}; the operations and the
recording's format are described in data/live/README.md. Needs Linux with KSM (the model is of 6.18), root, Python 3.9+.
Nobody else may use KSM meanwhile. All knobs are put back at the end, and everything is unmerged between workloads.
"""
import argparse
import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import signal
import struct
import sys
import time

SYS = "/sys/kernel/mm/ksm/"
PAGE = 4096
COLUMNS = ["scanned", "skipped", "shared", "sharing", "unshared", "volatile", "zero", "chains", "dups", "rmap_items", "merging"]
FILES = ["pages_scanned", "pages_skipped", "pages_shared", "pages_sharing", "pages_unshared", "pages_volatile",
         "ksm_zero_pages", "stable_node_chains", "stable_node_dups"]
COMMON_KNOBS = {"pages_to_scan": 10000000, "stable_node_chains_prune_millisecs": 100000000, "max_page_sharing": 256,
                "use_zero_pages": 0, "merge_across_nodes": 1}
FIELDS = ["name", "pages", "note", "knobs", "steps"]
KNOBS = [*COMMON_KNOBS, "sleep_millisecs", "smart_scan", "advisor_mode"]
MADV_DONTNEED, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_NOHUGEPAGE = 4, 12, 13, 15
SLEEP_MS = 600_000  # longer than a recording: ksmd scans only when told to
PATIENCE_S = 20

FORMAT = """KSM counters of a running kernel after every full scan, for fixed workloads, smart_scan 0 and 1.

A scan never overlaps a mutation:
ksmd is stopped (run=0) while the workload writes, and one full scan is one batch
(pages_to_scan is larger than the workload), after which ksmd sleeps for minutes.
Each workload runs twice in a fresh process; it is kept only if both agree.

A workload is one VM_MERGEABLE private anonymous area of `pages` pages and a list of
steps {"scan": s, "ops": [...]}: the ops are applied just BEFORE full scan number s
(0 = the first). All the page content a model needs is a class number: page i of class c
is 4096 bytes of the 64-bit number c, so class 0 is a page of zeroes.
  ["fill", start, stop, step, class, inc]  write page start+k*step with class+k*inc, k=0.. ,
                                           below stop (the whole page is stored to, even if
                                           its content does not change)
  ["unmap", start, stop]                   munmap
  ["dontneed", start, stop]                MADV_DONTNEED: pages gone, area kept
  ["read", start, stop]                    load one byte of each page
  ["unmergeable"|"mergeable", start, stop] madvise
  ["knob", name, value]                    write /sys/kernel/mm/ksm/<name>; if the kernel
                                           refuses (EBUSY, EINVAL) nothing happens
A page that was never filled is not present. Steps with "scan": 0 are the initial state;
MADV_MERGEABLE over the whole area comes after them.

Per scan the record has two rows: "pre" (after the ops, before the scan) and "post".
Columns: see "columns". scanned/skipped are deltas caused by this scan; the rest are levels.
rmap_items and merging come from /proc/self/ksm_stat of the workload.
"""


class NotRecorded(Exception):
    """This workload has no reproducible recording; the message says why."""


def read_knob(name):
    with open(SYS + name) as file:
        text = file.read().strip()
    return text[text.index("[") + 1:text.index("]")] if "[" in text else text


def write_knob(name, value):
    """True if the kernel took the value."""
    fd = os.open(SYS + name, os.O_WRONLY)
    try:
        os.write(fd, str(value).encode())
        return True
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EINVAL):
            raise
        return False
    finally:
        os.close(fd)


class Counters:
    """Keeps the files open: a recording reads them thousands of times."""

    def __init__(self):
        self.fds = [os.open(SYS + name, os.O_RDONLY) for name in FILES]
        self.full_scans_fd = os.open(SYS + "full_scans", os.O_RDONLY)

    def full_scans(self):
        return int(os.pread(self.full_scans_fd, 32, 0))

    def row(self):
        row = [int(os.pread(fd, 32, 0)) for fd in self.fds]
        with open("/proc/self/ksm_stat") as file:
            stat = dict(line.rsplit(None, 1) for line in file if line.count(" ") == 1)
        return row + [int(stat["ksm_rmap_items"]), int(stat["ksm_merging_pages"])]


class Ksmd:
    """Makes ksmd do one full scan at a time."""

    def __init__(self, counters):
        self.counters = counters
        self.sleep = SLEEP_MS
        self.park()

    def park(self):
        """run=0 waits for a running batch; a new sleep time makes ksmd look at run again and wait for it to become 1."""
        write_knob("run", 0)
        self.nudge()

    def nudge(self):
        self.sleep = SLEEP_MS + (self.sleep + 1) % 2
        write_knob("sleep_millisecs", self.sleep)

    def full_scan(self):
        before = self.counters.full_scans()
        write_knob("run", 1)
        start = last_nudge = time.monotonic()
        while self.counters.full_scans() == before:
            now = time.monotonic()
            if now - start > PATIENCE_S:
                raise NotRecorded("ksmd did not finish a full scan: is any page of the workload still mergeable?")
            if now - last_nudge > 1:
                self.nudge()  # it looked at run just before it became 1
                last_nudge = now
            time.sleep(0.0002)
        self.park()
        if self.counters.full_scans() != before + 1:
            raise NotRecorded("ksmd scanned twice")


class Area:
    """The workload's memory."""

    def __init__(self, pages):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.mmap.restype = ctypes.c_void_p
        self.libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        self.libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self.libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        # A hole on both sides, so that the area never joins a neighbour's.
        size = (pages + 2) * PAGE
        start = self.libc.mmap(None, size, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
        if start in (None, ctypes.c_void_p(-1).value):
            raise NotRecorded("mmap failed")
        self.libc.munmap(start, PAGE)
        self.libc.munmap(start + size - PAGE, PAGE)
        self.start = start + PAGE
        self.pages = pages
        self.mapped = bytearray(b"\1") * pages
        self.memmove = ctypes.memmove
        self.byte_at = ctypes.c_ubyte.from_address
        self.advise(MADV_NOHUGEPAGE, 0, pages)

    def advise(self, advice, start, stop):
        """Holes in the range are no error: the rest is advised all the same."""
        if stop > start:
            self.libc.madvise(self.start + start * PAGE, (stop - start) * PAGE, advice)

    def fill(self, start, stop, step, content, increment):
        for page in range(start, stop, step):
            if not self.mapped[page]:
                raise NotRecorded(f"fill of page {page}, which is unmapped")
            self.memmove(self.start + page * PAGE, struct.pack("<Q", content) * (PAGE // 8), PAGE)
            content += increment

    def read(self, start, stop):
        for page in range(start, stop):
            if not self.mapped[page]:
                raise NotRecorded(f"read of page {page}, which is unmapped")
            self.byte_at(self.start + page * PAGE).value

    def unmap(self, start, stop):
        if stop > start:
            self.libc.munmap(self.start + start * PAGE, (stop - start) * PAGE)
            self.mapped[start:stop] = bytes(stop - start)

    def apply(self, op):
        kind, *rest = op
        if kind == "knob":
            write_knob(*rest)
        elif kind == "fill":
            self.fill(*rest)
        elif kind == "read":
            self.read(*rest)
        elif kind == "unmap":
            self.unmap(*rest)
        else:
            self.advise({"dontneed": MADV_DONTNEED, "mergeable": MADV_MERGEABLE, "unmergeable": MADV_UNMERGEABLE}[kind], *rest)


def forget_everything():
    """Unmerges all pages; a write of 2 does nothing if it is 2 already. run=0 at the end."""
    for value in (0, 2, 0):
        write_knob("run", value)


def run_workload(workload, scans, smart_scan):
    """In a process of its own: the rows of one run."""
    forget_everything()
    knobs = {**COMMON_KNOBS, **workload["knobs"], "smart_scan": smart_scan}
    for name, value in knobs.items():
        if not write_knob(name, value):
            raise NotRecorded(f"the kernel refuses {name}={value}")
    counters = Counters()
    base = counters.row()
    if any(base[2:]):
        raise NotRecorded(f"KSM is in use by others: {dict(zip(COLUMNS, base))}")
    ksmd = Ksmd(counters)
    area = Area(workload["pages"])
    rows = []
    for scan in range(scans):
        for step in workload["steps"]:
            if step["scan"] == scan:
                for op in step["ops"]:
                    area.apply(op)
        if scan == 0:
            area.advise(MADV_MERGEABLE, 0, area.pages)
        pre = counters.row()
        ksmd.full_scan()
        post = counters.row()
        rows.append({"pre": [0, 0, *pre[2:]], "post": [post[0] - pre[0], post[1] - pre[1], *post[2:]]})
    return rows


def in_fresh_process(work):
    """Runs `work` in a fork; returns its result or raises NotRecorded."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            answer = {"rows": work()}
        except NotRecorded as error:
            answer = {"error": str(error)}
        except BaseException as error:  # not into the parent's code, of which this is a copy
            answer = {"error": repr(error)}
        forget_everything()
        with os.fdopen(writer, "w") as file:
            json.dump(answer, file)
        os._exit(0)
    os.close(writer)
    try:
        with os.fdopen(reader) as file:
            text = file.read()
    except BaseException:  # interrupted: the workload must not go on while the knobs are put back
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    if status != 0 or not text:
        raise NotRecorded(f"the workload died (status {status})")
    answer = json.loads(text)
    if "error" in answer:
        raise NotRecorded(answer["error"])
    return answer["rows"]


def record(workloads, scans, smart_scans=(0, 1), once=False, log=sys.stderr):
    """The recorded workloads; those that two runs did not agree on are left out, with a line on the log."""
    recorded = []
    for workload in workloads:
        for smart_scan in smart_scans:
            def run():
                return in_fresh_process(lambda: run_workload(workload, scans, smart_scan))
            try:
                rows = run()
                if not once and run() != rows:
                    raise NotRecorded("two runs differ")
            except NotRecorded as error:
                print(f"{workload['name']} smart_scan={smart_scan}: left out, {error}", file=log)
                continue
            recorded.append({**{key: workload[key] for key in FIELDS}, "smart_scan": smart_scan, "rows": rows})
    return recorded


def write_recording(path, scans, recorded):
    """One line per workload; the file appears whole or not at all."""
    kernel = ".".join(platform.release().split(".")[:2])
    with open(path + ".part", "w") as file:
        file.write('{"kernel":%s,\n"columns":%s,\n"scans":%d,\n' % (json.dumps(kernel), json.dumps(COLUMNS), scans))
        file.write('"common_knobs":%s,\n"format":%s,\n"workloads":[\n' % (json.dumps(COMMON_KNOBS), json.dumps(FORMAT)))
        file.write(",\n".join(json.dumps(workload, separators=(",", ":")) for workload in recorded))
        file.write("\n]}\n")
    os.replace(path + ".part", path)


class PriorKnobs:
    """Puts back what was set before, also after an error or Ctrl-C."""

    def __enter__(self):
        if not os.path.isdir(SYS):
            sys.exit(f"{SYS} does not exist: record on a Linux kernel built with CONFIG_KSM")
        if os.geteuid() != 0:
            sys.exit(f"only root may write to {SYS}: run this with sudo")
        self.lock = open(SYS + "run")
        fcntl.flock(self.lock, fcntl.LOCK_EX)  # one recorder at a time; the next one waits
        self.before = {name: read_knob(name) for name in [*KNOBS, "run"]}
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        if self.before["run"] != "0":
            sys.exit("KSM is running (run is not 0): stop what uses it, write 0 to run, then record")
        write_knob("advisor_mode", "none")

    def __exit__(self, *_):
        forget_everything()
        for name, value in self.before.items():
            write_knob(name, value)
        self.lock.close()


def read_workloads(path):
    """Scans and workloads of the file the user named; ends the program with the reason if it is not such a file."""
    try:
        with open(path) as file:
            given = json.load(file)
        for workload in given["workloads"]:
            missing = [key for key in FIELDS if key not in workload]
            if missing:
                raise ValueError(f"a workload without {', '.join(missing)}: {str(workload)[:80]}")
        return int(given["scans"]), given["workloads"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f'{path}: {error!r}; accepted: {{"scans": 30, "workloads": [{{"name", "pages", "note", "knobs", "steps"}}, ...]}}. '
                 "Next: see data/live/README.md, or make one with generate_ksm.py")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads")
    parser.add_argument("recording")
    parser.add_argument("--once", action="store_true", help="run each workload once instead of twice (for campaigns)")
    parser.add_argument("--smart-scan", type=int, choices=(0, 1), action="append", help="only with this value (default: 0 and 1)")
    args = parser.parse_args()
    scans, workloads = read_workloads(args.workloads)
    with PriorKnobs():
        recorded = record(workloads, scans, args.smart_scan or (0, 1), args.once)
    write_recording(args.recording, scans, recorded)
    print(f"{args.recording}: {len(recorded)} recorded")


if __name__ == "__main__":
    main()
