/** What is written to /sys/kernel/mm/ksm: knobs that take effect at once, and "run". */
import { InputError } from "../../../base/errors.js";
import { freshAdvisor } from "./advisor.js";
import { checkKnob, KNOB_NAMES, DEFAULT_KNOBS, type KnobName } from "./knobs.js";
import { unmergeAndRemoveAllRmapItems } from "./scanner.js";
import { removeAllStableNodes } from "./stable-tree.js";
import type { KsmState } from "./state.js";

/** What the kernel answers to a write: done, or the error it returns and nothing changed. */
export type KnobResult = "ok" | "EBUSY" | "EINVAL";

/**
 * Writes one knob, or "run" (0 stop, 1 scan, 2 unmerge everything; a second 2 does nothing). The model scans whenever it
 * is asked to, which stands for a write of 1.
 *
 * EBUSY: max_page_sharing and merge_across_nodes cannot change while pages are merged (max_page_sharing_store). EINVAL:
 * pages_to_scan belongs to the advisor while that is on (pages_to_scan_store). Errors: {@link InputError} for an unknown knob or a value its file would refuse.
 */
export function writeKnob(ksm: KsmState, name: string, value: unknown): KnobResult {
  if (name === "run") return writeRun(ksm, value);
  const knob = KNOB_NAMES.find((known) => known === name);
  if (knob === undefined)
    throw new InputError("the knob", name, `run, ${KNOB_NAMES.join(", ")}`, "use a file name of /sys/kernel/mm/ksm");
  const checked = checkKnob(knob, value);
  if (knob === "pages_to_scan" && ksm.knobs.advisor_mode !== "none") return "EINVAL";
  if (ksm.knobs[knob] === checked) return "ok";
  if (knob === "max_page_sharing" || knob === "merge_across_nodes") {
    if (ksm.pagesShared > 0 || !removeAllStableNodes(ksm)) return "EBUSY";
  }
  setKnob(ksm, knob, checked);
  if (knob === "advisor_mode") advisorSwitched(ksm);
  if (knob === "stable_node_chains_prune_millisecs") ksm.nodes.noPruneBefore = ksm.nodes.chains > 0 ? 0 : Infinity;
  return "ok";
}

/** run_store(). */
function writeRun(ksm: KsmState, value: unknown): KnobResult {
  if (value !== 0 && value !== 1 && value !== 2) throw new InputError("run", value, "0, 1 or 2", "write one of these");
  if (value === ksm.run) return "ok";
  ksm.run = value;
  if (value === 2) unmergeAndRemoveAllRmapItems(ksm);
  return "ok";
}

/** set_advisor_defaults(): both directions reset pages_to_scan. */
function advisorSwitched(ksm: KsmState): void {
  if (ksm.knobs.advisor_mode === "scan-time") {
    ksm.advisor = freshAdvisor();
    setKnob(ksm, "pages_to_scan", ksm.knobs.advisor_min_pages_to_scan);
  } else setKnob(ksm, "pages_to_scan", DEFAULT_KNOBS.pages_to_scan);
}

function setKnob(ksm: KsmState, knob: KnobName, value: unknown): void {
  ksm.knobs = { ...ksm.knobs, [knob]: value };
}
