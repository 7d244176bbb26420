import type { Change, Effort, Schedule, TraceEntry, Verdict, Violation } from "@mm-lab/kernel-model";

export const effort: Effort = {
  schedules: 7,
  redundant: 2,
  steps: 60,
  longest: 12,
  reduction: "optimal",
  estimated: 9,
  endStates: new Map([
    ["x = 1", 5],
    ["__proto__", 2],
  ]),
  examples: new Map(),
};

export type Told = readonly [
  task: string,
  site: string,
  operation: string,
  object: string | null,
  rest?: { readonly argument?: string; readonly result?: string; readonly changes?: readonly Change[] },
];

/** A trace from one line per step; tasks are numbered in the order of `tasks`. */
export function traceOf(tasks: readonly string[], told: readonly Told[]): TraceEntry[] {
  return told.map(([task, site, operation, object, { argument = "", result = "", changes = [] } = {}], index) => ({
    index,
    task,
    taskId: tasks.indexOf(task),
    function: site,
    operation,
    object,
    argument,
    result,
    changes,
    time: 0,
  }));
}

export function scheduleOf(
  program: string,
  tasks: readonly string[],
  trace: readonly TraceEntry[],
  more: readonly number[] = [],
): Schedule {
  return {
    program,
    tasks,
    decisions: [...trace.map(({ taskId }) => taskId), ...more].map((task) => ({ task, choice: 0 })),
  };
}

/** The pool is freed between looking it up and taking a reference: refused before it takes effect. */
export function useAfterFree(): Extract<Verdict, { kind: "violated" }> {
  const tasks = ["CPU 0", "CPU 1"];
  const trace = traceOf(tasks, [
    ["CPU 0", "zswap_store", "rcu_dereference", "zswap_pools", { result: "pool A" }],
    [
      "CPU 1",
      "zswap_pool_changed",
      "list_del_rcu",
      "zswap_pools",
      { argument: "pool A", changes: [{ object: "zswap_pools", before: "A B", after: "B" }] },
    ],
    [
      "CPU 1",
      "zswap_pool_changed",
      "kref_put",
      "pool->kref",
      { result: "true", changes: [{ object: "pool->kref", before: "1", after: "0" }] },
    ],
    [
      "CPU 1",
      "__zswap_pool_release",
      "kfree",
      "pool A",
      { changes: [{ object: "pool A", before: "allocated", after: "freed" }] },
    ],
  ]);
  const violation: Violation = {
    kind: "rule",
    what: "use-after-free",
    message: "CPU 0, in zswap_store, at kref_get(pool->kref): kref_get touches pool->kref in pool A, which was freed",
    task: "CPU 0",
    function: "zswap_store",
    step: "kref_get(pool->kref)",
    index: trace.length,
  };
  return {
    kind: "violated",
    violation,
    effort,
    schedule: scheduleOf("zswap pool", tasks, trace, [0]),
    replay: "mm1-c0de-AB3A",
    trace,
  };
}

/** Two tasks take two locks in opposite order. */
export function deadlock(): Extract<Verdict, { kind: "stuck" }> {
  const tasks = ["kswapd", "khugepaged"];
  const trace = traceOf(tasks, [
    [
      "kswapd",
      "folio_lock_anon_vma_read",
      "down_read",
      "anon_vma",
      { changes: [{ object: "anon_vma", before: "free", after: "read by kswapd" }] },
    ],
    [
      "khugepaged",
      "collapse_huge_page",
      "down_write",
      "mmap_lock",
      { changes: [{ object: "mmap_lock", before: "free", after: "held by khugepaged" }] },
    ],
  ]);
  return {
    kind: "stuck",
    effort,
    schedule: scheduleOf("two locks", tasks, trace),
    replay: "mm1-dead-AB",
    trace,
    waiting: [
      {
        task: "kswapd",
        function: "folio_referenced",
        step: "down_read(mmap_lock)",
        object: "mmap_lock",
        heldBy: ["khugepaged"],
      },
      {
        task: "khugepaged",
        function: "collapse_huge_page",
        step: "down_write(anon_vma)",
        object: "anon_vma",
        heldBy: ["kswapd"],
      },
    ],
  };
}

/** Each of `n` tasks steps twice; the property fails at the end. */
export function manyTasks(
  n: number,
  name = (i: number): string => `kworker/${i}`,
): Extract<Verdict, { kind: "violated" }> {
  const tasks = Array.from({ length: n }, (_, i) => name(i));
  const trace = traceOf(
    tasks,
    [...tasks, ...tasks].map(
      (task, i) =>
        [
          task,
          i < n ? "shrink_worker" : "zswap_writeback_entry",
          i < n ? "atomic_inc" : "atomic_dec",
          "zswap_stored_pages",
          { changes: [{ object: "zswap_stored_pages", before: String(i), after: String(i + 1) }] },
        ] as const,
    ),
  );
  const violation: Violation = {
    kind: "always",
    what: "sum",
    message: '"sum" does not hold at the end',
    task: tasks.at(-1)!,
    function: "zswap_writeback_entry",
    step: "atomic_dec(zswap_stored_pages)",
    index: trace.length - 1,
  };
  return {
    kind: "violated",
    violation,
    effort,
    schedule: scheduleOf("many", tasks, trace),
    replay: "mm1-0000-A",
    trace,
  };
}

/** Text that tries to be something else. */
export const HOSTILE = [
  "<script>window.ran = 1</script>",
  "\"><img src=x onerror='x'>",
  "' onmouseover='x",
  "a\nb\r\nc",
  "\u001b[31mred",
  "\u202ertl",
  "__proto__",
  "constructor",
  "&lt;",
  "x".repeat(10_000),
  "日本🎉",
  "\ud800",
];

/** Every name of a run is the hostile text. */
export function hostile(text: string): Extract<Verdict, { kind: "violated" }> {
  const tasks = [text, "other"];
  const trace = traceOf(tasks, [
    [text, text, text, text, { argument: text, result: text, changes: [{ object: text, before: text, after: text }] }],
    ["other", "f", "g", null],
  ]);
  const violation: Violation = {
    kind: "always",
    what: text,
    message: text,
    task: "other",
    function: "f",
    step: "g()",
    index: trace.length - 1,
  };
  return {
    kind: "violated",
    violation,
    effort,
    schedule: scheduleOf(text, tasks, trace),
    replay: "mm1-0000-AB",
    trace,
  };
}
