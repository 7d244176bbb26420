"""KSM of the running kernel as a recorder needs it: its files, ksmd one full scan at a time, and memory to offer it.

For the recorders record_ksm*.py; needs root. Standard library only.
"""
import ctypes
import errno
import fcntl
import mmap
import os
import signal
import struct
import sys
import time

SYS = "/sys/kernel/mm/ksm/"
PAGE = 4096
FILES = ["pages_scanned", "pages_skipped", "pages_shared", "pages_sharing", "pages_unshared", "pages_volatile",
         "ksm_zero_pages", "stable_node_chains", "stable_node_dups"]
COMMON_KNOBS = {"pages_to_scan": 10000000, "stable_node_chains_prune_millisecs": 100000000, "max_page_sharing": 256,
                "use_zero_pages": 0, "merge_across_nodes": 1}
KNOBS = [*COMMON_KNOBS, "sleep_millisecs", "smart_scan", "advisor_mode"]
MADV_DONTNEED, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE, MADV_NOHUGEPAGE = 4, 12, 13, 14, 15
SLEEP_MS = 600_000  # longer than a recording: ksmd scans only when told to
PATIENCE_S = 20


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

    def __init__(self, pages, huge=False):
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
        self.advise(MADV_HUGEPAGE if huge else MADV_NOHUGEPAGE, 0, pages)

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
