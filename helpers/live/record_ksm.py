#!/usr/bin/env python3
"""Records what KSM of the running kernel does to given workloads, counter by counter, scan by scan.

    sudo python3 helpers/live/record_ksm.py WORKLOADS.json RECORDING.json [--once] [--smart-scan 0|1]

WORKLOADS.json is {"scans": 30, "workloads": [{"name", "pages", "note", "knobs", "steps"}, ...]}; the operations and the
recording's format are described in data/live/README.md. Needs Linux with KSM (the model is of 6.18), root, Python 3.9+.
Nobody else may use KSM meanwhile. All knobs are put back at the end, and everything is unmerged between workloads.
"""
import argparse
import json
import os
import platform
import signal
import sys

from ksm_host import Area, COMMON_KNOBS, Counters, Ksmd, MADV_MERGEABLE, NotRecorded, PriorKnobs, forget_everything, write_knob

COLUMNS = ["scanned", "skipped", "shared", "sharing", "unshared", "volatile", "zero", "chains", "dups", "rmap_items", "merging"]
FIELDS = ["name", "pages", "note", "knobs", "steps"]

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
