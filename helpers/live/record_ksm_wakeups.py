#!/usr/bin/env python3
"""Records KSM of the running kernel wake-up by wake-up: random cases of several processes that change between two wake-ups.

    sudo python3 helpers/live/record_ksm_wakeups.py SEED COUNT RECORDING.json [--once] [--fork] [--max-pages N]
    sudo python3 helpers/live/record_ksm_wakeups.py --cases CASES.json RECORDING.json

Seeds SEED to SEED + COUNT - 1 are recorded, or the cases of a file: [{"name", "knobs", "sizes", "log"}, ...] with logs in
which ["wake"] stands for a wake-up. The format is described in data/live/README.md. Needs Linux with KSM, root, Python
3.9+; nobody else may use KSM meanwhile. All knobs are put back at the end. Each case runs twice and is kept if both agree.
"""
import argparse
import json
import os
import platform
import sys
from functools import partial

from ksm_cases import RandomCase, ScriptedCase
from ksm_host import COMMON_KNOBS, NotRecorded, PriorKnobs, forget_everything, write_knob
from ksm_processes import Batches, Processes


def run_case(case, cpu):
    """The log of one run."""
    forget_everything()
    for name, value in {**COMMON_KNOBS, **case.knobs}.items():
        if not write_knob(name, value):
            raise NotRecorded(f"the kernel refuses {name}={value}")
    with Batches(cpu) as batches, Processes(case.sizes, cpu, case.huge) as processes:
        if any(batches.counters()[2:]):
            raise NotRecorded("KSM is in use by others")
        return play(case.steps(), batches, processes)


def play(steps, batches, processes):
    """Does what a case asks for, step by step; the log."""
    log = []
    entry = next(steps)
    while entry is not None:
        if entry[0] == "wake":
            before = batches.counters()
            batches.wake_up()
            after = batches.counters()
            log.append(["wake", [after[0] - before[0], after[1] - before[1], *after[2:]], processes.rows()])
            entry = steps.send(after[-1] != before[-1])
        else:
            processes.apply(entry)
            log.append(entry)
            entry = steps.send(False)
    return log


def record(cases, once, cpu, log=sys.stderr):
    """The recorded cases, each made anew for each run; those that two runs do not agree on are left out, with a line on the log."""
    recorded = []
    for make in cases:
        case = make()
        try:
            entries = run_case(case, cpu)
            if not once and run_case(make(), cpu) != entries:
                raise NotRecorded("two runs differ")
        except NotRecorded as error:
            print(f"{case.name}: left out, {error}", file=log)
            continue
        recorded.append({**case.header(), "log": entries})
    return recorded


def draw(case):
    """A case without a kernel: its entries, with no counters."""
    steps, log = case.steps(), []
    entry = next(steps)
    while entry is not None:
        log.append(entry)
        entry = steps.send(entry[0] == "wake" and log.count(["wake"]) % 3 == 0)
    return {**case.header(), "log": log}


def write_recording(path, cases):
    """One line per case; the file appears whole or not at all."""
    with open(path + ".part", "w") as file:
        file.write('{"kernel":%s,\n"cases":[\n' % json.dumps(platform.release().split("-")[0]))
        file.write(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases))
        file.write("\n]}\n")
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("count", type=int, nargs="?", default=10)
    parser.add_argument("recording")
    parser.add_argument("--cases", help="record the cases of this file instead of random ones")
    parser.add_argument("--once", action="store_true", help="run each case once instead of twice (for campaigns)")
    parser.add_argument("--fork", action="store_true", help="random cases in which processes fork")
    parser.add_argument("--draw", action="store_true", help="only write the random cases, as if each third wake-up ended a scan")
    parser.add_argument("--max-pages", type=int, default=24, help="pages of the largest process")
    parser.add_argument("--cpu", type=int, default=0, help="the CPU on which everything runs")
    args = parser.parse_args()
    if args.cases:
        with open(args.cases) as file:
            cases = [partial(ScriptedCase, case) for case in json.load(file)]
    else:
        seeds = range(args.seed, args.seed + args.count)
        cases = [partial(RandomCase, seed, args.fork, args.max_pages) for seed in seeds]
    if args.draw:
        write_recording(args.recording, [draw(make()) for make in cases])
        return
    with PriorKnobs():
        recorded = record(cases, args.once, args.cpu)
    write_recording(args.recording, recorded)
    print(f"{args.recording}: {len(recorded)} recorded")


if __name__ == "__main__":
    main()
