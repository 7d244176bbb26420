import type { Provenance } from "../../../base/provenance.js";

export const provenance: Provenance = {
  mechanism: "ksm",
  kernel: "6.18",
  functions: [
    { name: "ksm_do_scan", file: "mm/ksm.c", fidelity: "faithful", note: "wake-ups, budget, end of a full scan" },
    {
      name: "scan_get_next_rmap_item",
      file: "mm/ksm.c",
      fidelity: "faithful",
      note: "order of pages, items dropped on the way, processes without mergeable memory leave the list",
    },
    { name: "should_skip_rmap_item, skip_age", file: "mm/ksm.c", fidelity: "faithful" },
    {
      name: "cmp_and_merge_page",
      file: "mm/ksm.c",
      fidelity: "faithful",
      note: "for pages of one NUMA node that are not shared by fork",
    },
    {
      name: "calc_checksum",
      file: "mm/ksm.c",
      fidelity: "simplified",
      note: "32 bits of the content number stand for xxhash of the page; collisions are as likely",
    },
    {
      name: "stable_tree_search, stable_tree_insert, stable_tree_append",
      file: "mm/ksm.c",
      fidelity: "faithful",
      note: 'with walks: "lazy" simplified, see README limit 3',
    },
    { name: "stable_node_dup, chain_prune, alloc_stable_node_chain", file: "mm/ksm.c", fidelity: "faithful" },
    {
      name: "unstable_tree_search_insert",
      file: "mm/ksm.c",
      fidelity: "simplified",
      note: "exact while memory does not change during a full scan; else a rewritten page hides only itself",
    },
    { name: "rb_insert_color, rb_erase, rb_replace_node", file: "lib/rbtree.c", fidelity: "faithful" },
    { name: "try_to_merge_with_zero_page, ksm_map_zero_page", file: "mm/ksm.c", fidelity: "faithful" },
    { name: "break_ksm, ksm_madvise, unmerge_and_remove_all_rmap_items", file: "mm/ksm.c", fidelity: "faithful" },
    {
      name: "scan_time_advisor",
      file: "mm/ksm.c",
      fidelity: "faithful",
      note: "fed with virtual time and the cost model's CPU time",
    },
    {
      name: "max_page_sharing_store, run_store, pages_to_scan_store",
      file: "mm/ksm.c",
      fidelity: "faithful",
      note: "EBUSY and EINVAL included",
    },
    {
      name: "write_protect_page, replace_page",
      file: "mm/ksm.c",
      fidelity: "simplified",
      note: "always succeed: no pinned pages, no locked folios, no swap, no huge pages",
    },
    {
      name: "wp_page_copy (write to a KSM page)",
      file: "mm/memory.c",
      fidelity: "simplified",
      note: "a store copies the page, always",
    },
    {
      name: "__ksm_enter, __ksm_exit",
      file: "mm/ksm.c",
      fidelity: "simplified",
      note: "a new process is scanned last; an exit drops its items at once",
    },
    {
      name: "migration, memory hot-remove, memory failure, NUMA trees",
      file: "mm/ksm.c",
      fidelity: "omitted",
      note: "one node; frames do not move",
    },
    { name: "fork of KSM pages", file: "mm/ksm.c", fidelity: "omitted", note: "processes share no page tables" },
  ],
};
