import {
  Mutex,
  mutexLock,
  mutexUnlock,
  compute,
  simulate,
  sleep,
  type Path,
  type TimelineInterval,
} from "@mm-lab/kernel-model";
import { describe, expect, test } from "vitest";
import { timelineChart } from "../../src/index.js";
import { draw } from "../plots/check.js";
import { HOSTILE } from "../explore/fixtures.js";

const stretch = (
  task: string,
  from: number,
  to: number,
  state: TimelineInterval["state"] = "running",
  on: string | null = null,
  cpu: number | null = 0,
): TimelineInterval => ({ task, taskId: 0, from, to, state, on, cpu });
const few = [
  stretch("worker 10", 0, 1500),
  stretch("worker 2", 0, 500, "ready", null, null),
  stretch("worker 2", 500, 2500, "waiting", "mmap_lock", null),
  stretch("worker 1", 0, 900, "waiting", "ptl", 1),
  stretch("worker 1", 900, 4000, "sleeping", null, null),
  stretch("worker 10", 1500, 1700, "interrupted", null, 0),
];

interface Spec {
  readonly encoding: {
    readonly color: { readonly scale: { readonly domain: string[]; readonly range: string[] } };
    readonly x: { readonly title: string };
  };
  readonly data: { readonly values: Record<string, unknown>[] };
  readonly title: { readonly subtitle?: string[] };
}
const specOf = (source: Parameters<typeof timelineChart>[0], options = {}): Spec =>
  timelineChart(source, options).spec as unknown as Spec;

describe("the picture", () => {
  test("one row per task in the order of their numbers, states and locks in the legend, time in the unit that fits", () => {
    const drawn = draw(timelineChart(few));
    expect(drawn.marks[0]!.items).toHaveLength(6);
    const tops = new Map(drawn.marks[0]!.items.map((item, i) => [specOf(few).data.values[i]!["task"], item.y!]));
    expect([...tops].sort((a, b) => a[1] - b[1]).map(([task]) => task)).toEqual(["worker 1", "worker 2", "worker 10"]);
    expect(drawn.texts).toEqual(
      expect.arrayContaining([
        "time (µs)",
        "running",
        "ready",
        "waiting for mmap_lock",
        "spinning on ptl",
        "sleeping",
        "interrupted",
      ]),
    );
    expect(specOf(few).encoding.color.scale.domain).toEqual([
      "running",
      "ready",
      "sleeping",
      "interrupted",
      "spinning on ptl",
      "waiting for mmap_lock",
    ]);
  });

  test.each([
    [900, "time (ns)"],
    [40_000, "time (µs)"],
    [7_000_000, "time (ms)"],
    [9e9, "time (s)"],
  ])("%i ns -> %s", (end, title) => {
    expect(specOf([stretch("a", 0, end)]).encoding.x.title).toBe(title);
  });

  test("a state has the same colour in every chart", () => {
    const { domain, range } = specOf([stretch("a", 0, 1, "sleeping"), stretch("a", 1, 2)]).encoding.color.scale;
    const all = specOf(few).encoding.color.scale;
    expect(domain.map((name, i) => [name, range[i]])).toEqual(
      ["running", "sleeping"].map((name) => [name, all.range[all.domain.indexOf(name)]]),
    );
  });

  test("many locks: the most waited-for have their own colour", () => {
    const locks = Array.from({ length: 20 }, (_, i) =>
      stretch("a", 100 * i, 100 * i + 10 + i, "waiting", `lock${i}`, null),
    );
    const { domain, range } = specOf(locks).encoding.color.scale;
    expect(domain).toEqual([...[14, 15, 16, 17, 18, 19].map((i) => `waiting for lock${i}`), "waiting for others"]);
    expect(new Set(range).size).toBe(7);
  });
});

describe("a long run is cut, and says so", () => {
  test("stretches", () => {
    const spec = specOf(Array.from({ length: 5000 }, (_, i) => stretch("a", 1000 * i, 1000 * i + 900)));
    expect(spec.data.values).toHaveLength(4000);
    expect(spec.title.subtitle!.join(" ")).toBe(
      "Shown: the first 4,000 of 5,000 stretches, up to 3.999 ms: choose a part with `from` and `to`.",
    );
    expect(
      specOf(
        Array.from({ length: 5000 }, (_, i) => stretch("a", 1000 * i, 1000 * i + 900)),
        { from: 4_500_000 },
      ).data.values,
    ).toHaveLength(500);
  });

  test("tasks", () => {
    const chart = timelineChart(Array.from({ length: 100 }, (_, i) => stretch(`t${i}`, 0, 10)));
    expect(draw(chart).marks[0]!.items).toHaveLength(60);
    expect(chart.parts.subtitle).toBe("Shown: 60 of 100 tasks.");
  });

  test("by the simulator", () => {
    expect(timelineChart({ intervals: few, cutAt: 5000 }).parts.subtitle).toBe(
      "Shown: the simulator kept no more stretches from 5 µs on.",
    );
  });

  test("a part is cut at its ends", () => {
    expect(specOf(few, { from: 600, to: 1000 }).data.values.map(({ task, from, to }) => [task, from, to])).toEqual([
      ["worker 1", 600, 900],
      ["worker 1", 900, 1000],
      ["worker 2", 600, 1000],
      ["worker 10", 600, 1000],
    ]);
  });
});

test("a result of the simulator", () => {
  function* work(lock: Mutex): Path {
    yield* mutexLock(lock);
    yield* compute(700);
    yield* mutexUnlock(lock);
    yield* sleep(400);
  }
  const result = simulate({
    setup: () => new Mutex("pool->lock"),
    groups: [{ name: "worker", count: 6, path: (lock) => work(lock) }],
    duration: 20_000,
    timeline: true,
  });
  const drawn = draw(timelineChart(result));
  expect(drawn.texts).toEqual(expect.arrayContaining(["running", "sleeping", "waiting for pool->lock"]));
  expect(timelineChart(result).spec).toEqual(timelineChart(result.timeline!).spec);
  expect(() =>
    timelineChart(
      simulate({ setup: () => new Mutex("m"), groups: [{ name: "w", count: 1, path: (m) => work(m) }], duration: 100 }),
    ),
  ).toThrow(
    "the timeline of the result is null; accepted: a run that recorded one. Next: simulate with `timeline: true`.",
  );
});

test.each(HOSTILE.map((text) => [text.slice(0, 20), text]))("%j as every name is text", (_short, text) => {
  expect(
    draw(timelineChart([stretch(text, 0, 5), stretch(text, 5, 9, "waiting", text, null)])).marks[0]!.items,
  ).toHaveLength(2);
});

test.each<[string, () => unknown, RegExp]>([
  [
    "nothing",
    () => timelineChart(undefined as never),
    /the source of a timeline is undefined; accepted: the stretches of a simulation/,
  ],
  [
    "a stretch that ends before it begins",
    () => timelineChart([stretch("a", 5, 4)]),
    /stretch 0 of the timeline is .*the end not before the beginning/,
  ],
  [
    "a part in which nothing happened",
    () => timelineChart(few, { from: 1e6 }),
    /the part of the timeline to draw is "1000000 to its end"; accepted: times between 0 and 4000 ns/,
  ],
  ["an empty run", () => timelineChart([]), /accepted: a run in which something happened\. Next: simulate longer/],
  [
    "a misspelt option",
    () => timelineChart(few, { form: 1 } as never),
    /a parameter of timelineChart is "form"; .*did you mean "from"/,
  ],
])("%s is refused", (_name, call, message) => {
  expect(call).toThrow(message);
});
