import type { Provenance } from "../../../base/provenance.js";

export const provenance: Provenance = {
  mechanism: "template",
  kernel: "6.7",
  functions: [
    {
      name: "make_uffd_wp_pte",
      file: "fs/proc/task_mmu.c",
      fidelity: "simplified",
      note: "one PTE, and of it the written flag; taking it out and putting it back is one step",
    },
  ],
};
