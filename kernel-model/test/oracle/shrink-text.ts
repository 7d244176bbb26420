import type { Op, TaskText, Text } from "./programs.js";

/** A program that still shows what `shows` asks for, from which nothing more can be left out. */
export function shrinkText(text: Text, shows: (text: Text) => boolean): Text {
  let small = text;
  for (let less = firstThat(smaller(small), shows); less !== null; less = firstThat(smaller(small), shows))
    small = less;
  return small;
}

function firstThat(texts: Iterable<Text>, shows: (text: Text) => boolean): Text | null {
  for (const text of texts) if (shows(text)) return text;
  return null;
}

/** Programs with one thing less, the largest things first. */
function* smaller(text: Text): Generator<Text> {
  const { tasks, properties } = text;
  if (tasks.length > 1)
    for (let i = 0; i < tasks.length; i++) yield { ...text, tasks: tasks.filter((_, j) => j !== i) };
  for (let i = 0; i < properties.length; i++) yield { ...text, properties: properties.filter((_, j) => j !== i) };
  for (const [i, task] of tasks.entries()) {
    const put = (changed: TaskText): Text => ({ ...text, tasks: tasks.map((each, j) => (j === i ? changed : each)) });
    for (const ops of fewer(task.ops)) if (ops.length > 0) yield put({ ...task, ops });
    if (task.daemon === true) yield put({ cpu: task.cpu, ops: task.ops });
    if (task.cpu >= 0) yield put({ ...task, cpu: -1 });
    if (task.cpu > 0) yield put({ ...task, cpu: 0 });
  }
  for (const [i, property] of properties.entries()) {
    const put = (facts: readonly string[]): Text => ({
      ...text,
      properties: properties.map((each, j) => (j === i ? { ...property, facts } : each)),
    });
    if (property.facts.length > 1)
      for (const fact of property.facts) yield put(property.facts.filter((each) => each !== fact));
  }
  if (text.lockOrder) yield { ...text, lockOrder: false };
  if (text.warningsAreViolations) yield { ...text, warningsAreViolations: false };
}

/** The actions with one less, or with what stands in one in its place, or with smaller numbers. */
function* fewer(ops: readonly Op[]): Generator<readonly Op[]> {
  for (const [i, op] of ops.entries()) {
    const put = (...instead: readonly Op[]): readonly Op[] => [...ops.slice(0, i), ...instead, ...ops.slice(i + 1)];
    yield put();
    if (op.body !== undefined) {
      if (op.body.length > 0) yield put(...op.body);
      for (const body of fewer(op.body)) yield put({ ...op, body });
    }
    if (op.on > 0) yield put({ ...op, on: 0 });
    if (op.value > 0) yield put({ ...op, value: op.value - 1 });
  }
}
