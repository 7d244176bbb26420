/** zswap for users: page contents, compressors, the allocator's pages, the limits of the pool. */
export * from "./compressor.js";
export { checkMix, DEFAULT_MIX, isSameFilled, makePage, PageContents, type ContentMix, type GeneratedPage } from "./content.js";
export * from "./limits.js";
export { PAGE_KINDS, type PageKind } from "./page-kinds.js";
export { sizeClasses, type ChainRule, type SizeClass } from "./size-classes.js";
export { Zsmalloc, type ZsmallocOptions, type ZsmallocUsage } from "./zsmalloc.js";
