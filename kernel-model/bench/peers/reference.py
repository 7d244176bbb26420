"""The programs of README.md once more, counted by brute force: what an explorer's numbers are held against.

    python reference.py [PROGRAM]

One JSON line per program, under sequential consistency, a task being nothing but its listed steps:
  interleavings      complete orders of the steps
  traces             their Mazurkiewicz classes, the least any partial-order reduction can run; two steps of different
                     tasks depend if they touch one object and are not both loads, or both on the read side of an RwLock
  shuttleSchedules   what shuttle's depth-first search must count: main's spawns and joins are steps too, and so is the
                     start of each task (null where locks block: shuttle also counts the attempts that fail)
  outcomes           the distinct outcomes, sorted
"""

import functools
import json
import sys

# A task is a generator of steps (operation, object, arguments...), sent each step's result; it returns its result.


def racing_increments_3():
    def increment():
        value = yield "load", "x"
        yield "store", "x", value + 1

    return [increment] * 3, lambda m, r: [m["x"]]


def locked_increments_3():
    def increment():
        yield "lock", "m"
        value = yield "load", "counter"
        yield "store", "counter", value + 1
        yield "unlock", "m"

    return [increment] * 3, lambda m, r: [m["counter"]]


def peterson_2():
    def enter(me):
        other = 1 - me
        yield "store", f"flag{me}", 1
        yield "store", "turn", other
        gives_up = (yield "load", f"flag{other}") == 1 and (yield "load", "turn") == other
        if not gives_up:
            value = yield "load", "counter"
            yield "store", "counter", value + 1
        yield "store", f"flag{me}", 0
        return int(not gives_up)

    return [lambda: enter(0), lambda: enter(1)], lambda m, r: [*r, m["counter"]]


def dekker_2():
    def enter(me):
        yield "store", f"flag{me}", 1
        enters = (yield "load", f"flag{1 - me}") == 0
        if enters:
            value = yield "load", "counter"
            yield "store", "counter", value + 1
        yield "store", f"flag{me}", 0
        return int(enters)

    return [lambda: enter(0), lambda: enter(1)], lambda m, r: [*r, m["counter"]]


def philosophers_3():
    def dine(me):
        lower, higher = sorted((me, (me + 1) % 3))
        yield "lock", f"fork{lower}"
        yield "lock", f"fork{higher}"
        yield "add", "meals", 1
        yield "unlock", f"fork{higher}"
        yield "unlock", f"fork{lower}"

    return [lambda: dine(0), lambda: dine(1), lambda: dine(2)], lambda m, r: [m["meals"]]


def treiber_2():
    def push(node):
        for _ in range(2):
            head = yield "load", "head"
            yield "store", f"next{node}", head
            if (yield "cas", "head", head, node):
                return 1
        return 0

    def pop():
        for _ in range(2):
            head = yield "load", "head"
            if head == 0:
                return 0
            below = yield "load", f"next{head}"
            if (yield "cas", "head", head, below):
                return head
        return 3

    def both(first, second):
        return [(yield from first), (yield from second)]

    tasks = [lambda: both(push(1), push(2)), lambda: both(pop(), pop())]
    return tasks, lambda m, r: [*r[0], *r[1], m["head"]]


def readers_writer_2_1():
    def reader():
        yield "readLock", "lock"
        value = yield "load", "x"
        yield "readUnlock", "lock"
        return value

    def writer():
        yield "lock", "lock"
        yield "store", "x", 1
        yield "store", "x", 2
        yield "unlock", "lock"

    return [reader, reader, writer], lambda m, r: [r[0], r[1], m["x"]]


def double_checked_3():
    def initialise(me):
        if (yield "load", "init") == 0:
            yield "lock", "m"
            if (yield "load", "init") == 0:
                yield "store", "data", me + 1
                yield "store", "init", 1
            yield "unlock", "m"

    tasks = [lambda: initialise(0), lambda: initialise(1), lambda: initialise(2)]
    return tasks, lambda m, r: [m["data"], m["init"]]


def indexer_3():
    def insert(me):
        probes = 0
        for message in (1, 2):
            w = message * 11 + me
            h = (w * 7) % 128
            probes += 1
            while not (yield "cas", f"table{h}", 0, w):
                h = (h + 1) % 128
                probes += 1
        return probes

    return [lambda: insert(0), lambda: insert(1), lambda: insert(2)], lambda m, r: list(r)


def last_zero_3():
    def scan():
        i = 3
        while (yield "load", f"a{i}") != 0:
            i -= 1
        return i

    def raise_(i):
        value = yield "load", f"a{i - 1}"
        yield "store", f"a{i}", value + 1

    tasks = [scan, lambda: raise_(1), lambda: raise_(2), lambda: raise_(3)]
    return tasks, lambda m, r: [r[0], m["a1"], m["a2"], m["a3"]]


def message_passing_3():
    def writer():
        yield "store", "data", 1
        yield "store", "flag", 1

    def reader():
        flag = yield "load", "flag"
        data = yield "load", "data"
        return flag, data

    return [writer, reader, reader], lambda m, r: [*r[1], *r[2]]


PROGRAMS = [
    racing_increments_3, locked_increments_3, peterson_2, dekker_2, philosophers_3, treiber_2,
    readers_writer_2_1, double_checked_3, indexer_3, last_zero_3, message_passing_3,
]

READS = {"load", "readLock", "readUnlock"}


class Memory(dict):
    """Values by name; absent is 0. A lock holds -1 when held for writing, else its number of readers."""

    def __missing__(self, name):
        return 0


def enabled(step, memory):
    operation, name = step[:2]
    return {"lock": memory[name] == 0, "readLock": memory[name] >= 0}.get(operation, True)


def apply(step, memory):
    operation, name, *arguments = step
    before = memory[name]
    if operation == "load":
        return before
    if operation == "cas":
        swaps = before == arguments[0]
        if swaps:
            memory[name] = arguments[1]
        return swaps
    memory[name] = {
        "store": lambda: arguments[0],
        "add": lambda: before + arguments[0],
        "lock": lambda: -1,
        "unlock": lambda: 0,
        "readLock": lambda: before + 1,
        "readUnlock": lambda: before - 1,
    }[operation]()
    return before


def dependent(a, b):
    return a[1] == b[1] and not (a[0] in READS and b[0] in READS)


class Program:
    def __init__(self, make):
        self.tasks, self.outcome = make()
        self.next = functools.lru_cache(None)(self.next)
        self.blocks = False

    def next(self, task, results):
        """(step, None) of a task that was sent these results, or (None, its return value)."""
        body = self.tasks[task]()
        try:
            step = next(body)
            for result in results:
                step = body.send(result)
            self.blocks |= step[0] in ("lock", "readLock")
            return step, None
        except StopIteration as stop:
            return None, stop.value

    def successors(self, histories, memory):
        for task, history in enumerate(histories):
            step, _ = self.next(task, history)
            if step is not None and enabled(step, memory):
                then = Memory(memory)
                result = apply(step, then)
                yield task, step, (*histories[:task], (*history, result), *histories[task + 1:]), then

    def final(self, histories, memory):
        ends = [self.next(task, history) for task, history in enumerate(histories)]
        assert all(step is None for step, _ in ends), f"deadlock: {ends}"
        return tuple(self.outcome(memory, [value for _, value in ends]))

    def interleavings(self):
        outcomes = set()

        @functools.lru_cache(None)
        def count(histories, frozen):
            memory = Memory(frozen)
            total = 0
            for _, _, then, after in self.successors(histories, memory):
                total += count(then, frozenset(after.items()))
            if total == 0:
                outcomes.add(self.final(histories, memory))
                return 1
            return total

        return count(((),) * len(self.tasks), frozenset()), sorted(outcomes)

    def traces(self):
        """Sleep sets over all enabled steps complete exactly one order of each class."""

        def count(histories, memory, sleep):
            moves = list(self.successors(histories, memory))
            if not moves:
                return 1
            total = 0
            asleep = dict(sleep)
            for task, step, then, after in moves:
                if task in asleep:
                    continue
                total += count(then, after, {t: s for t, s in asleep.items() if not dependent(s, step)})
                asleep[task] = step
            return total

        return count(((),) * len(self.tasks), Memory(), {})

    def shuttle_schedules(self):
        n = len(self.tasks)

        @functools.lru_cache(None)
        def count(main, started, histories, frozen):
            memory = Memory(frozen)
            ended = [self.next(task, history)[0] is None for task, history in enumerate(histories)]
            total = 0
            if main < n or (main < 2 * n and started[main - n] and ended[main - n]):
                total += count(main + 1, started, histories, frozen)
            for task in range(min(main, n)):
                if not started[task]:
                    total += count(main, (*started[:task], True, *started[task + 1:]), histories, frozen)
            for task, _, then, after in self.successors(histories, memory):
                if started[task]:
                    total += count(main, started, then, frozenset(after.items()))
            return total or 1

        return count(0, (False,) * n, ((),) * n, frozenset())


def main():
    wanted = sys.argv[1:] or ["all"]
    names = {make.__name__.replace("_", "-"): make for make in PROGRAMS}
    if wanted[0] != "all" and wanted[0] not in names:
        sys.exit(f"no program named {wanted[0]!r}: one of {' '.join(names)}")
    for name, make in names.items():
        if wanted[0] in ("all", name):
            program = Program(make)
            interleavings, outcomes = program.interleavings()
            print(json.dumps({
                "peer": "reference",
                "program": name,
                "interleavings": interleavings,
                "traces": program.traces(),
                "shuttleSchedules": None if program.blocks else program.shuttle_schedules(),
                "outcomes": outcomes,
            }, separators=(",", ":")))


if __name__ == "__main__":
    main()
