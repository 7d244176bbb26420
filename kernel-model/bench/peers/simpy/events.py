"""How many events a second SimPy runs.

    python events.py --processes N --events M [--resource]

N processes each loop `yield env.timeout(x)` until M timeouts in all have fired; with --resource each timeout is spent
holding the one unit of a shared simpy.Resource, so that a loop is request, timeout, release. The times x come from a
table of 4,096 exponential values drawn beforehand from a fixed seed: drawing them is not timed.

One JSON line. `events` counts timeouts; `scheduled` counts everything SimPy put in its queue for them (a process's
start and end, and with --resource the requests and releases), and `eventsPerSecond` is of timeouts.
"""

import argparse
import importlib.metadata
import json
import random
import sys
import time

import simpy

TABLE = 4096
SEED = 1


def sleeper(env, delays, start, count):
    for i in range(start, start + count):
        yield env.timeout(delays[i & TABLE - 1])


def holder(env, resource, delays, start, count):
    for i in range(start, start + count):
        with resource.request() as turn:
            yield turn
            yield env.timeout(delays[i & TABLE - 1])


def measure(processes, events, contended):
    draw = random.Random(SEED)
    delays = [draw.expovariate(1.0) for _ in range(TABLE)]
    env = simpy.Environment()
    resource = simpy.Resource(env, capacity=1)
    for p in range(processes):
        count = events // processes + (p < events % processes)
        start = p * TABLE // processes  # each process reads the table from a place of its own
        env.process(holder(env, resource, delays, start, count) if contended else sleeper(env, delays, start, count))
    before = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - before
    return seconds, next(env._eid), env.now


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: a whole number of at least 1 is needed")
    return value


def main():
    parser = argparse.ArgumentParser(description="SimPy events a second, as one JSON line")
    parser.add_argument("--processes", type=positive, required=True)
    parser.add_argument("--events", type=positive, required=True)
    parser.add_argument("--resource", action="store_true", help="hold a Resource of capacity 1 for each timeout")
    options = parser.parse_args()
    seconds, scheduled, now = measure(options.processes, options.events, options.resource)
    json.dump({
        "peer": "simpy",
        "version": importlib.metadata.version("simpy"),
        "python": sys.version.split()[0],
        "workload": "resource" if options.resource else "timeouts",
        "processes": options.processes,
        "events": options.events,
        "seconds": round(seconds, 6),
        "eventsPerSecond": round(options.events / seconds),
        "scheduled": scheduled,
        "virtualTime": now,
    }, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
