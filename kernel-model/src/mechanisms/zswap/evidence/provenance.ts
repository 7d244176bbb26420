import type { Provenance } from "../../../base/provenance.js";

/** Variant "fixed" unless a row names another: Linux 6.6 with commit 969d63e1af3b. */
export const provenance: Provenance = {
  mechanism: "zswap",
  kernel: "6.6",
  functions: [
    {
      name: "zswap_store",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: 'order of tests, gets and puts; variant "buggy" is the code from 45190f01dd40 (5.6) until 969d63e1af3b; without cgroups and large folios, see README limits 3 and 5',
    },
    {
      name: "zswap_load",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: "with zsmalloc's buffer, whose allocation may fail",
    },
    { name: "zswap_invalidate, zswap_invalidate_entry", file: "mm/zswap.c", fidelity: "faithful" },
    {
      name: "zswap_entry_get, zswap_entry_put, zswap_free_entry",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: "a plain int under the tree's lock",
    },
    {
      name: "zswap_reclaim_entry",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: "entries are told apart by identity: an address that is used again is not modelled",
    },
    {
      name: "zswap_writeback_entry",
      file: "mm/zswap.c",
      fidelity: "simplified",
      note: "the swap cache is the lock of each slot's page; the write is waited for",
    },
    {
      name: "shrink_worker",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: '16 failures, put at the end; "percpu-ref": one worker and one LRU for all pools, no put, no round over memory cgroups',
    },
    { name: "zswap_is_full, zswap_can_accept", file: "mm/zswap.c", fidelity: "faithful" },
    {
      name: "zswap_update_total_size",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: "an unlocked sum over the list, one zpool for each pool",
    },
    {
      name: "zswap_pool_current_get, zswap_pool_last_get, zswap_pool_get, zswap_pool_put",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: "the list is replaced as a whole: a walk sees it as it was at one moment",
    },
    {
      name: "__zswap_pool_empty, __zswap_pool_release",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: "warnings included",
    },
    {
      name: "__zswap_param_set, zswap_compressor_param_set",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: "of a running zswap; under kernel_param_lock(), which kernel/params.c holds around it",
    },
    {
      name: "zswap_pool_find_get",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: '"percpu-ref": finds nothing, see README limit 7',
    },
    {
      name: "zswap_pool_create, zswap_pool_destroy",
      file: "mm/zswap.c",
      fidelity: "simplified",
      note: "one allocation for the pool and all its parts",
    },
    {
      name: "zswap_rb_search, zswap_rb_insert, zswap_rb_erase",
      file: "mm/zswap.c",
      fidelity: "simplified",
      note: "a map by offset, under the same lock",
    },
    {
      name: "zswap_is_page_same_filled",
      file: "mm/zswap.c",
      fidelity: "faithful",
      note: "64-bit words; a path is told the result, length 0",
    },
    {
      name: "counters of /sys/kernel/debug/zswap",
      file: "mm/zswap.c",
      fidelity: "simplified",
      note: "never lose an increment; the kernel's plain ones can",
    },
    {
      name: "zswap_cpu_comp_prepare, the per-CPU mutex and buffer",
      file: "mm/zswap.c",
      fidelity: "omitted",
      note: "compression takes its time and excludes nobody",
    },
    {
      name: "zswap_swapon, zswap_swapoff, zswap_setup, zswap_enabled_param_set",
      file: "mm/zswap.c",
      fidelity: "omitted",
      note: "zswap is on, its devices are there",
    },
    {
      name: "percpu_ref in struct zswap_pool (94ace3fec847, 6.9)",
      file: "mm/zswap.c",
      fidelity: "simplified",
      note: 'variant "percpu-ref": pools, limit and worker as then, entries still as in 6.6',
    },
    {
      name: "queue_work, process_one_work",
      file: "kernel/workqueue.c",
      fidelity: "simplified",
      note: "the per-CPU queue of 6.6 is one of 16 workers: an item never runs twice at once, items of two pools can",
    },
    {
      name: "add_to_swap, swap_writepage, swap_readpage",
      file: "mm/swap_state.c, mm/page_io.c",
      fidelity: "simplified",
      note: "a slot or none, the lock of its page, a number for the content",
    },
    {
      name: "get_size_class_index, calculate_zspage_chain_size, can_merge, zs_create_pool",
      file: "mm/zsmalloc.c",
      fidelity: "faithful",
      note: "the classes",
    },
    {
      name: "zs_malloc, zs_free, find_get_zspage, fix_fullness_group",
      file: "mm/zsmalloc.c",
      fidelity: "faithful",
      note: "one CPU at a time; page locks are free",
    },
    { name: "zs_compact, zs_page_migrate", file: "mm/zsmalloc.c", fidelity: "omitted", note: "nothing moves objects" },
  ],
};
