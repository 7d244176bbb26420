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
      note: "order of pages, items dropped on the way, when a process leaves the list (ksm_scan.address)",
    },
    { name: "should_skip_rmap_item, skip_age", file: "mm/ksm.c", fidelity: "faithful" },
    {
      name: "cmp_and_merge_page",
      file: "mm/ksm.c",
      fidelity: "faithful",
      note: "for pages of one NUMA node; pages shared by fork included",
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
      name: "unstable_tree_search_insert, get_mergeable_page",
      file: "mm/ksm.c",
      fidelity: "faithful",
      note: 'with walks: "lazy" exact while memory does not change during a full scan, see README limit 3',
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
      name: "write_protect_page, replace_page, try_to_merge_two_pages, break_cow",
      file: "mm/ksm.c",
      fidelity: "simplified",
      note: "fail for a page that the LRU batch holds, and for nothing else: no pinned or locked pages, no swap, no huge pages",
    },
    {
      name: "folio_add_lru, lru_add_drain, lru_add_drain_all",
      file: "mm/swap.c",
      fidelity: "simplified",
      note: "one batch of 31 pages for all: one CPU. Emptied when full and by each full scan; before 6.14 by munmap, exit and MADV_DONTNEED too",
    },
    {
      name: "do_wp_page, do_anonymous_page",
      file: "mm/memory.c",
      fidelity: "simplified",
      note: "a store copies a page that is merged or shared since fork, and writes any other where it is",
    },
    { name: "__ksm_enter, __ksm_exit", file: "mm/ksm.c", fidelity: "faithful" },
    {
      name: "ksm_fork, copy_page_range",
      file: "include/linux/ksm.h",
      fidelity: "faithful",
      note: "counters of the child start at 0, as in 6.18 and 6.12.117",
    },
    {
      name: "migration, memory hot-remove, memory failure, NUMA trees",
      file: "mm/ksm.c",
      fidelity: "omitted",
      note: "one node; frames do not move",
    },
    {
      name: "move_vma (mremap), ksm_enable_merge_any (prctl), split_huge_page",
      file: "mm/mremap.c, mm/ksm.c, mm/huge_memory.c",
      fidelity: "omitted",
      note: "README limits 5 and 7",
    },
  ],
};
