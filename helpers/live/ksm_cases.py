"""Cases for record_ksm_wakeups.py: what processes do between two wake-ups of ksmd, drawn from a seed or given.

A case is asked step by step: it yields an entry of the log and is told, after a wake-up, whether a full scan ended with it.
The same seed gives the same case on the same kernel.
"""
import random

#: Few contents, so that pages meet; those above 1 differ as numbers and as bytes in memory.
CONTENTS = [0, 1, 2, 3, 256, 257, 512, 65536, 2**32, 2**56 + 1]


class ScriptedCase:
    def __init__(self, given):
        self.name = given["name"]
        self.knobs = given["knobs"]
        self.sizes = given["sizes"]
        self.huge = given.get("huge", False)
        self.log = given["log"]

    def header(self):
        return {"name": self.name, "knobs": self.knobs, "sizes": self.sizes}

    def steps(self):
        for entry in self.log:
            yield entry
        yield None


class RandomCase:
    def __init__(self, seed, forks=False, max_pages=24):
        self.rng = rng = random.Random(f"{seed} {forks} {max_pages}")
        self.seed = seed
        self.name = f"seed {seed}"
        self.huge = False
        self.forks = forks
        self.mode = rng.choice(["any", "any", "boundary"])
        self.sizes = [rng.randint(1, max_pages) if rng.random() < 0.8 else rng.randint(1, 4) for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4]))]
        self.contents = rng.sample(CONTENTS, rng.choice([2, 3, 4, 6])) + [rng.randrange(2**20) for _ in range(rng.choice([0, 1, 3]))]
        self.restless = rng.choice([0.1, 0.2, 0.4, 0.8])
        self.most_ops = rng.choice([1, 2, 4])
        self.first = len(self.sizes)
        self.mapped = [[True] * pages for pages in self.sizes]
        self.running = list(range(len(self.sizes)))
        self.knobs = {
            "pages_to_scan": rng.choice([1, 2, 3, 5, 7, rng.randint(1, max_pages), sum(self.sizes)]),
            "max_page_sharing": rng.choice([2, 2, 3, 3, 5, 256]),
            "use_zero_pages": int(rng.random() < 0.3),
            "smart_scan": int(rng.random() < 0.6),
            "stable_node_chains_prune_millisecs": 0 if rng.random() < 0.15 else 100000000,
        }
        self.kinds = {"fill": 6, "again": 2, "dontneed": 1.5, "read": 0.5, "unmap": 0.2, "unmergeable": 1, "mergeable": 2,
                      "all_off": 0.4, "all_on": 0.6, "exit": 0.15, "fork": 0.6 if forks else 0, "use_zero_pages": 0.2,
                      "smart_scan": 0.2, "pages_to_scan": 0.3, "run": 0.1, "max_page_sharing": 0.1}
        self.kinds = {kind: weight * rng.choice([0, 0.5, 1, 1, 3]) for kind, weight in self.kinds.items()} | {"fill": 6}

    def header(self):
        return {"seed": self.seed, "mode": self.mode, "knobs": self.knobs, "sizes": self.sizes[:self.first]}

    def steps(self):
        for process in self.running:
            for _ in range(self.rng.randint(1, 4)):
                yield self.fill(process)  # all is mapped yet
        for process in self.rng.sample(self.running, len(self.running)):
            yield ["op", process, ["mergeable", 0, self.sizes[process]]]
        ended = False
        for _ in range(self.rng.choice([20, 40, 60])):
            ended = yield ["wake"]
            if (ended or self.mode == "any") and self.rng.random() < (self.restless if self.mode == "any" else 0.7):
                for _ in range(self.rng.randint(1, self.most_ops)):
                    entry = self.change()
                    if entry:
                        yield entry
        yield None

    def change(self):
        rng = self.rng
        (kind,) = rng.choices(list(self.kinds), self.kinds.values())
        if kind in ("use_zero_pages", "smart_scan"):
            return ["knob", kind, rng.randint(0, 1)]
        if kind == "pages_to_scan":
            return ["knob", kind, rng.choice([1, 2, 3, 5, 8, 13, 40])]
        if kind == "max_page_sharing":
            return ["knob", kind, rng.choice([2, 3, 4, 256])]
        if kind == "run":
            return ["knob", kind, 2]
        if not self.running:
            return None
        process = rng.choice(self.running)
        pages = self.sizes[process]
        if kind == "exit":
            self.running.remove(process)
            return ["exit", process]
        if kind == "fork":
            if len(self.running) > 4:
                return None
            self.running.append(len(self.sizes))
            self.sizes.append(pages)
            self.mapped.append(list(self.mapped[process]))
            return ["fork", process]
        if kind in ("all_on", "all_off"):
            return ["op", process, ["mergeable" if kind == "all_on" else "unmergeable", 0, pages]]
        if kind in ("fill", "again"):
            return self.fill(process)
        start, stop = self.range(pages)
        if kind == "read" and not all(self.mapped[process][start:stop]):
            return None
        if kind == "unmap":
            self.mapped[process][start:stop] = [False] * (stop - start)
        return ["op", process, [kind, start, stop]]

    def range(self, pages):
        rng = self.rng
        start = rng.randrange(pages)
        return (start, min(pages, start + rng.choice([1, 1, 2, 3, 5]))) if rng.random() < 0.8 else (0, pages)

    def fill(self, process):
        start, stop = self.range(self.sizes[process])
        step = self.rng.choice([1, 1, 1, 2, 3])
        if not all(self.mapped[process][start:stop:step]):
            return None
        return ["op", process, ["fill", start, stop, step, self.rng.choice(self.contents), self.rng.choice([0, 0, 0, 1])]]
