#!/usr/bin/env python3
"""Random workloads for record_ksm.py: the same seed gives the same file.

    python3 helpers/live/generate_ksm.py SEED COUNT WORKLOADS.json [--pages N] [--scans N]

Few contents on few pages, so that chains, dups, stale nodes and the zero page meet each other; every operation of the
format; only what a process survives (no access to an unmapped page) and what ksmd finishes (something to scan).
"""
import argparse
import json
import random

TOP = 2**64 - 1
SHARING = [2, 2, 2, 3, 3, 4, 5, 8, 256]
#: Contents whose order as numbers differs from their order as bytes in memory, and the ends of the range.
ODD = [0, 0, 1, 255, 256, 257, 65535, 65536, 2**24, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**40, 2**53 - 1, 2**53, 2**53 + 1,
       2**56, 2**63 - 1, 2**63, TOP - 1, TOP]


class Workload:
    def __init__(self, rng, max_pages, scans):
        self.rng = rng
        self.scans = scans
        self.pages = self.size(max_pages)
        self.mapped = [True] * self.pages
        self.mergeable = [False] * self.pages
        self.classes = self.choose_classes()
        self.wants_zero = rng.random() < 0.35
        self.restless = rng.choice([0.15, 0.3, 0.6, 1.0])
        self.most_ops = self.choose_most_ops()
        self.kinds = self.choose_kinds()

    def size(self, max_pages):
        kind = self.rng.random()
        if kind < 0.15:
            return self.rng.randint(1, 6)
        if kind < 0.75:
            return self.rng.randint(4, min(60, max(4, max_pages)))
        return max(1, int(max_pages ** self.rng.uniform(0.5, 1)))

    def choose_classes(self):
        rng = self.rng
        count = rng.choice([1, 2, 2, 3, 4, 5, 8, 13, 30])
        pool = ODD if rng.random() < 0.3 else range(1, 4 * count + 4)
        chosen = [rng.choice(pool) for _ in range(count)]
        if rng.random() < 0.3:
            chosen[0] = 0
        if rng.random() < 0.1:
            chosen += [rng.randrange(TOP + 1) for _ in range(count)]
        return chosen

    def choose_most_ops(self):
        return self.rng.choice([1, 2, 4, 8])

    def choose_kinds(self):
        """Each workload has its own habits: a few kinds of operation, some often."""
        weights = {"fill": 6, "refill": 3, "dontneed": 2, "unmap": 0.3, "read": 1, "unmergeable": 1, "mergeable": 1.5,
                   "smart_scan": 0.4, "use_zero_pages": 0.6 if self.wants_zero else 0.1, "max_page_sharing": 0.3,
                   "run": 0.15, "prune": 0.2, "merge_across_nodes": 0.1}
        return {kind: weight * self.rng.choice([0, 0.3, 1, 1, 3]) for kind, weight in weights.items()} | {"fill": 6}

    def range(self):
        rng, n = self.rng, self.pages
        kind = rng.random()
        if kind < 0.12:
            return 0, n
        if kind < 0.3:
            page = rng.randrange(n)
            return page, page + 1
        if kind < 0.6:
            start = rng.randrange(n)
            return start, min(n, start + rng.randint(1, 6))
        start = rng.randint(0, n)
        return start, rng.randint(start, n)

    def fill(self, start, stop, step=1, content=None, increment=0):
        if not all(self.mapped[start:stop:step]):
            return None
        count = len(range(start, stop, step))
        content = self.rng.choice(self.classes) if content is None else content
        if count and not 0 <= content + (count - 1) * increment <= TOP:
            increment = 0
        return ["fill", start, stop, step, content, increment]

    def random_fill(self):
        rng = self.rng
        start, stop = self.range()
        increment = rng.choice([0, 0, 0, 0, 1, 1, -1, 2, 255, 256, 2**32, 2**52])
        return self.fill(start, stop, rng.choice([1, 1, 1, 2, 2, 3, 5]), None, increment)

    def op(self, kind):
        rng = self.rng
        if kind == "fill":
            return self.random_fill()
        if kind == "refill":  # a few pages far apart, as when dups lose some of their pages
            start, stop = self.range()
            return self.fill(start, stop, rng.choice([2, 3, 4, 7]), rng.choice([None, rng.randrange(2**20)]), rng.choice([0, 1]))
        if kind == "smart_scan":
            return ["knob", kind, rng.randint(0, 1)]
        if kind == "use_zero_pages":
            return ["knob", kind, rng.randint(0, 1)]
        if kind == "max_page_sharing":
            return ["knob", kind, rng.choice(SHARING)]
        if kind == "merge_across_nodes":
            return ["knob", kind, rng.randint(0, 1)]
        if kind == "run":
            return ["knob", kind, rng.choice([2, 2, 2, 0])]
        if kind == "prune":
            return ["knob", "stable_node_chains_prune_millisecs", rng.choice([0, 100000000])]
        start, stop = self.range()
        if kind == "read":
            return [kind, start, stop] if all(self.mapped[start:stop]) else None
        if kind == "unmap":
            stop = min(stop, start + max(1, self.pages // 6))
            for page in range(start, stop):
                self.mapped[page] = self.mergeable[page] = False
        if kind in ("mergeable", "unmergeable"):
            for page in range(start, stop):
                self.mergeable[page] = self.mapped[page] and kind == "mergeable"
        return [kind, start, stop]

    def ops(self, count):
        kinds, weights = zip(*self.kinds.items())
        chosen = [self.op(kind) for kind in self.rng.choices(kinds, weights, k=count)]
        return [op for op in chosen if op is not None]

    def first_ops(self):
        ops = [op for op in (self.random_fill() for _ in range(self.rng.randint(1, 6))) if op]
        if self.rng.random() < 0.2:
            ops += self.ops(2)
        return ops

    def steps(self):
        steps = [{"scan": 0, "ops": self.first_ops()}]
        self.mergeable = list(self.mapped)
        had_nothing = False
        for scan in range(1, self.scans):
            quiet = scan < 3 or self.rng.random() > self.restless
            ops = [] if quiet and self.rng.random() < 0.8 else self.ops(self.rng.randint(1, self.most_ops))
            nothing = not any(self.mergeable)
            if nothing and had_nothing:  # ksmd forgot the process: without a new MADV_MERGEABLE it never scans again
                if not any(self.mapped):
                    return steps, scan
                ops.append(["mergeable", 0, self.pages])
                self.mergeable = list(self.mapped)
                nothing = False
            had_nothing = nothing
            if ops:
                steps.append({"scan": scan, "ops": ops})
        return steps, self.scans

    def knobs(self):
        rng = self.rng
        knobs = {}
        if rng.random() < 0.8:
            knobs["max_page_sharing"] = rng.choice(SHARING)
        if self.wants_zero:
            knobs["use_zero_pages"] = 1
        if rng.random() < 0.25:
            knobs["stable_node_chains_prune_millisecs"] = 0
        if rng.random() < 0.05:
            knobs["merge_across_nodes"] = 0
        return knobs


class ChainGarden(Workload):
    """Many contents, each on several dups, and now and then a page that leaves or joins one: which chains and stale nodes
    a search passes on its way down the tree then decides what the counters show."""

    def size(self, max_pages):
        return self.rng.randint(10, max(10, min(max_pages, 240)))

    def choose_classes(self):
        count = self.rng.randint(2, 7) if self.rng.random() < 0.5 else self.rng.randint(3, max(3, self.pages // 6))
        return [self.rng.choice([k, 1000 * k, k << 8, k << 33]) for k in range(1, count + 1)]

    def choose_kinds(self):
        return {"move": 10, "dontneed": self.rng.choice([0, 0, 0.5]), "prune": self.rng.choice([0, 0, 0.2])}

    def op(self, kind):
        if kind != "move":
            return super().op(kind)
        page = self.rng.randrange(self.pages)
        stop = min(self.pages, page + self.rng.choice([1, 1, 1, 2, 4]))
        content = self.rng.choice(self.classes) if self.rng.random() < 0.5 else self.rng.randrange(2**20, 2**21)
        return self.fill(page, stop, 1, content, 0)

    def first_ops(self):
        contents = self.rng.sample(self.classes, len(self.classes))
        if self.rng.random() < 0.5:
            return [["fill", start, self.pages, len(contents), content, 0] for start, content in enumerate(contents[:self.pages])]
        return [["fill", page, page + 1, 1, self.rng.choice(contents), 0] for page in range(self.pages)]

    def knobs(self):
        knobs = {"max_page_sharing": self.rng.choice([2, 2, 2, 3, 3, 4, 5, 6])}
        if self.rng.random() < 0.15:
            knobs["stable_node_chains_prune_millisecs"] = 0
        return knobs


class DeepTree(ChainGarden):
    """As many contents as there is room for, and many changes at a time: the tree is rebalanced over several levels."""

    def size(self, max_pages):
        return self.rng.randint(max(10, max_pages // 4), max(10, max_pages))

    def choose_classes(self):
        count = self.rng.randint(2, max(2, self.pages // 5))
        return self.rng.sample(range(1, 2**20), count)

    def choose_most_ops(self):
        return self.rng.choice([4, 8, 30, 100])


def generate(seed, count, max_pages=400, scans=None, deep=False):
    rng = random.Random(seed)
    scans = scans or rng.choice([5, 8, 12, 16, 20, 30, 40])
    workloads = []
    while len(workloads) < count:
        kind = DeepTree if deep else ChainGarden if rng.random() < 0.35 else Workload
        workload = kind(rng, max_pages, scans)
        steps, reached = workload.steps()
        if reached < scans:
            continue
        workloads.append({"name": f"random_{seed}_{len(workloads)}", "pages": workload.pages, "note": f"generated, seed {seed}",
                          "knobs": workload.knobs(), "steps": steps})
    return {"scans": scans, "workloads": workloads}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("workloads")
    parser.add_argument("--pages", type=int, default=400, help="size of the largest workload")
    parser.add_argument("--scans", type=int, help="full scans of each workload (default: drawn from 5 to 40)")
    parser.add_argument("--deep", action="store_true", help="only chains in deep trees (give --pages 1000 or so)")
    args = parser.parse_args()
    with open(args.workloads, "w") as file:
        json.dump(generate(args.seed, args.count, args.pages, args.scans, args.deep), file)


if __name__ == "__main__":
    main()
