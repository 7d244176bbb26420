import { expect, test } from "vitest";
import { compareRecording, readDataFile } from "@mm-lab/helpers";

const given = readDataFile("live", "ksm-6.18.json");
interface Recorded {
  workloads: {
    name: string;
    smart_scan: number;
    steps: { scan: number; ops: unknown[][] }[];
    rows: { pre: number[]; post: number[] }[];
  }[];
}
const changed = (change: (recorded: Recorded) => void): string => {
  const recorded = JSON.parse(given) as Recorded;
  recorded.workloads = recorded.workloads.filter(({ name }) => name === "two_equal_pages_written");
  change(recorded);
  return JSON.stringify(recorded);
};

test("every case of the given recording is equal", async () => {
  expect(await compareRecording(given, "ksm-6.18.json")).toEqual({ cases: 28, equal: 28, differences: [] });
});

test("a recording of wake-ups is told from one of full scans by what is in the file", async () => {
  const text = readDataFile("live", "ksm-wakeups-named-6.12.json");
  expect(await compareRecording(text, "x.json")).toEqual({ cases: 22, equal: 22, differences: [] });
  const unequal = await compareRecording(text.replace('"kernel":"6.12', '"kernel":"6.18'), "x.json");
  expect(unequal.differences).toEqual([
    expect.stringMatching(
      /^discarding another page empties the LRU batch before 6\.14: wake-up \d+: sharing: kernel 3, model 2$/,
    ),
    expect.stringMatching(
      /^unmapping another page empties the LRU batch before 6\.14: wake-up \d+: sharing: kernel 3, model 2$/,
    ),
  ]);
});

test("the first difference of an unequal case is named", async () => {
  const text = changed(({ workloads }) => {
    workloads[1]!.rows[3]!.post[3] = 7;
  });
  expect(await compareRecording(text, "x")).toEqual({
    cases: 2,
    equal: 1,
    differences: ["two_equal_pages_written (smart_scan 1): sharing after the scan 3: kernel 7, model 1"],
  });
});

test("a knob value that the kernel refused changed nothing, so the case stays equal", async () => {
  const text = changed(({ workloads }) =>
    workloads[0]!.steps.push({ scan: 2, ops: [["knob", "max_page_sharing", 1]] }),
  );
  expect((await compareRecording(text, "x")).equal).toBe(2);
});

test("a store to an unmapped page is a fault of the recording, and its workload is named", async () => {
  const text = changed(({ workloads }) =>
    workloads[0]!.steps.push({
      scan: 2,
      ops: [
        ["unmap", 0, 2],
        ["fill", 0, 1, 1, 5, 0],
      ],
    }),
  );
  await expect(compareRecording(text, "x.json")).rejects.toThrow(
    "x.json, workload two_equal_pages_written: a store to page is 0; accepted: a mapped page.",
  );
});
