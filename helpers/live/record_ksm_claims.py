#!/usr/bin/env python3
"""Records what the ledger's claims about KSM smart scan ask of a running kernel.

    sudo python3 helpers/live/record_ksm_claims.py RECORDING.json [--untouched FILES.json]

FILES.json are all files of /sys/kernel/mm/ksm as read before KSM was ever used since boot (made with --files-as-found).
Needs Linux 6.7+ with KSM, root, Python 3.9+; nobody else may use KSM meanwhile. All knobs are put back at the end.
"""
import argparse
import ctypes
import json
import os
import platform
import subprocess
import sys

from ksm_host import Area, COMMON_KNOBS, Counters, Ksmd, MADV_MERGEABLE, PriorKnobs, SYS, forget_everything, write_knob

PR_SET_MEMORY_MERGE = 67
COLUMNS = ["full_scans", "scanned", "skipped", "rmap_items", "merging"]
PATHS = [SYS + "pages_skipped", "/sys/kernel/mm/pages_skipped", SYS + "smart_scan"]

FORMAT = """What a running kernel shows of smart scan.

kernel, release: the kernel's version, two numbers and three.
untouched: every file of /sys/kernel/mm/ksm with its text, read before KSM was ever used since boot (full_scans and
  pages_scanned say so); a choice is written as [chosen] other, as the kernel does.
paths: file names and whether they exist.
runs: a process stores n different contents to its n pages, once, and offers them to KSM: with enabled_by "madvise" these
  pages alone, by MADV_MERGEABLE; with "prctl" its whole memory, by prctl(PR_SET_MEMORY_MERGE), so that some pages of the
  recording program itself (written to all the time, some of them equal) are candidates too. One row per full scan, after
  it; columns full_scans, scanned and skipped are the increases of full_scans, pages_scanned and pages_skipped;
  rmap_items and merging are levels, from /proc/self/ksm_stat. max_page_sharing 256, use_zero_pages 0, nothing else runs.
"""


def enable_by_prctl():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_MEMORY_MERGE, ctypes.c_ulong(1), 0, 0, 0) != 0:
        sys.exit("prctl(PR_SET_MEMORY_MERGE) is refused: " + os.strerror(ctypes.get_errno()))


def unique_pages(pages, scans, smart_scan, enabled_by):
    """The rows of one run; the memory of this process becomes the workload."""
    forget_everything()
    for name, value in {**COMMON_KNOBS, "smart_scan": smart_scan}.items():
        write_knob(name, value)
    counters = Counters()
    ksmd = Ksmd(counters)
    if enabled_by == "prctl":
        enable_by_prctl()
    area = Area(pages)
    area.fill(0, pages, 1, 1_000_000, 1)
    if enabled_by == "madvise":
        area.advise(MADV_MERGEABLE, 0, pages)
    rows = []
    for _ in range(scans):
        scans_before, before = counters.full_scans(), counters.row()
        ksmd.full_scan()
        after = counters.row()
        rows.append([counters.full_scans() - scans_before, after[0] - before[0], after[1] - before[1], *after[-2:]])
    forget_everything()
    return rows


def in_new_program(run):
    """A new program, not a fork: memory shared with a parent would stay merged in the parent."""
    command = [sys.executable, __file__, "--run", *map(str, run)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def files_as_found():
    found = {}
    for name in sorted(os.listdir(SYS)):
        with open(SYS + name) as file:
            found[name] = file.read().strip()
    return found


def record(untouched):
    plan = [(1000, 76, 1, "madvise"), (1000, 76, 0, "madvise"), (16384, 40, 1, "madvise"), (16384, 40, 1, "prctl"),
            (16384, 40, 0, "madvise"), (16384, 40, 0, "prctl")]
    runs = []
    with PriorKnobs():
        for pages, scans, smart_scan, enabled_by in plan:
            rows = in_new_program((pages, scans, smart_scan, enabled_by))
            runs.append({"pages": pages, "smart_scan": smart_scan, "enabled_by": enabled_by, "rows": rows})
    release = platform.release().split("-")[0]
    return {"kernel": ".".join(release.split(".")[:2]), "release": release, "untouched": untouched,
            "paths": {path: os.path.exists(path) for path in PATHS}, "columns": COLUMNS, "format": FORMAT, "runs": runs}


def text_of(recording):
    """One line per field and per run."""
    runs = recording.pop("runs")
    fields = ["%s:%s" % (json.dumps(key), json.dumps(value)) for key, value in recording.items()]
    lines = ",\n".join(json.dumps(run, separators=(",", ":")) for run in runs)
    return "{" + ",\n".join(fields) + ',\n"runs":[\n' + lines + "\n]}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", nargs="?", default="ksm-claims.json")
    parser.add_argument("--untouched", help="the files as they were before KSM was used")
    parser.add_argument("--files-as-found", action="store_true", help="only write the files of /sys/kernel/mm/ksm as they are now")
    parser.add_argument("--run", nargs=4, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        pages, scans, smart_scan, enabled_by = args.run
        print(json.dumps(unique_pages(int(pages), int(scans), int(smart_scan), enabled_by)))
        return
    if args.files_as_found:
        text = json.dumps(files_as_found(), indent=1) + "\n"
    else:
        if args.untouched:
            with open(args.untouched) as file:
                untouched = json.load(file)
        else:
            untouched = files_as_found()
            if untouched["pages_scanned"] != "0":
                sys.exit("KSM was used since boot, so its defaults are not to be seen: give --untouched, or reboot")
        text = text_of(record(untouched))
    with open(args.recording + ".part", "w") as file:
        file.write(text)
    os.replace(args.recording + ".part", args.recording)


if __name__ == "__main__":
    main()
