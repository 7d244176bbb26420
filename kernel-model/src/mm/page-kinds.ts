import { mix32 } from "../base/hash.js";
import type { Random } from "../base/random.js";

/**
 * Kinds of page content. Each is a stand-in for what such pages do to a compressor, made from a seed; none is copied
 * from a memory image. The figures behind "like" are ratios of lz4 and zstd on 150 to 750 pages of each sort on one machine.
 *
 * - zero: all bytes 0.
 * - same-filled: one 8-byte word other than 0, repeated.
 * - text: words with natural frequencies and phrases that come back, like documentation, JSON and source (1.8 to
 *   2.3; 2.6 to 3.4).
 * - heap: objects of a few types with pointers into one arena, small integers and empty fields, like the heaps of Python
 *   and Node programs (3.2 to 3.3; 5.2 to 5.6).
 * - code: x86-64-like instructions, like libc and the Node binary (1.35 to 1.8; 1.7 to 2.5).
 * - random: bytes without structure, as of data that is compressed or encrypted already (1; 1).
 */
export const PAGE_KINDS = ["zero", "same-filled", "text", "heap", "code", "random"] as const;
export type PageKind = (typeof PAGE_KINDS)[number];

/** Overwrites the page with fresh content of this kind. O(page); a 4 KiB page takes up to about 0.1 ms. */
export const FILL: Readonly<Record<PageKind, (page: Uint8Array, random: Random) => void>> = {
  zero: (page) => void page.fill(0),
  "same-filled": fillSame,
  text: fillText,
  heap: fillHeap,
  code: fillCode,
  random: fillRandom,
};

function fillSame(page: Uint8Array, random: Random): void {
  // One byte repeated (allocator poison, -1) is commoner than a longer pattern.
  const word =
    random.below(4) === 0
      ? [...bytesOf(random.uint32()), ...bytesOf(random.uint32())]
      : new Array<number>(8).fill(1 + random.below(255));
  if (!word.some((byte) => byte !== 0)) word[0] = 1;
  for (let at = 0; at < page.length; at++) page[at] = word[at % 8]!;
}

const SYLLABLES = "a be ca de el fa go hi in jo ka le mi no or pa qui ra se ti un ve wo x y zu st ing er ou".split(" ");
const VOCABULARY = 4000;
/** Phrases (names, keys, turns of speech) that a page of text uses again and again. */
const PHRASES = 24;

function fillText(page: Uint8Array, random: Random): void {
  const word = (): string => vocabularyWord(zipf(random, VOCABULARY));
  const phrases = Array.from({ length: PHRASES }, () => Array.from({ length: 2 + random.below(4) }, word).join(" "));
  let at = 0;
  while (at < page.length) {
    const pick = random.below(100);
    const text = pick < 4 ? String(random.below(10000)) : pick < 50 ? phrases[zipf(random, PHRASES)]! : word();
    const ending = random.below(20);
    const piece = text + (ending < 16 ? " " : ending < 18 ? ", " : ending < 19 ? ". " : "\n");
    for (let i = 0; i < piece.length && at < page.length; i++) page[at++] = piece.charCodeAt(i);
  }
}

/** Word number `rank` of a vocabulary that is the same for every seed: common words are short. */
function vocabularyWord(rank: number): string {
  let word = "";
  let state = mix32(rank + 1);
  for (let syllables = rank < 40 ? 1 : rank < 400 ? 2 : 3; syllables > 0; syllables--) {
    word += SYLLABLES[state % SYLLABLES.length]!;
    state = mix32(state + 0x9e3779b9);
  }
  return word;
}

/** What an 8-byte field of a type holds. `shared`: the same pointer in each object (its class, its list head). */
const FIELDS = [
  "empty",
  "empty",
  "empty",
  "empty",
  "flag",
  "flag",
  "small",
  "shared",
  "shared",
  "pointer",
  "name",
] as const;
/** Object sizes in 8-byte words, small ones most often. */
const OBJECT_WORDS = [4, 4, 4, 6, 6, 8, 10, 12];

function fillHeap(page: Uint8Array, random: Random): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const arena = 0x10000000 + 16 * random.below(1 << 20);
  const address = (): number => arena + 16 * random.below(1 << 16);
  const types = Array.from({ length: 4 }, () =>
    Array.from({ length: OBJECT_WORDS[random.below(OBJECT_WORDS.length)]! - 1 }, () => ({
      field: FIELDS[random.below(FIELDS.length)]!,
      value: address(),
    })),
  );
  page.fill(0);
  let at = 0;
  while (at < page.length) {
    const type = types[zipf(random, types.length)]!;
    view.setUint32(at, 8 * type.length + 9, true); // size and a flag bit, as in front of a malloc chunk
    at += 8;
    for (const { field, value } of type) {
      if (at >= page.length) break;
      if (field === "flag") page[at] = random.below(4);
      else if (field === "small") view.setUint32(at, random.below(256), true);
      else if (field === "name") for (let i = 0; i < 5; i++) page[at + i] = 97 + random.below(26);
      else if (field !== "empty") {
        view.setUint32(at, field === "shared" ? value : address(), true);
        view.setUint32(at + 4, 0x7f3a, true);
      }
      at += 8;
    }
  }
}

/** -1: register byte, -2: displacement, -3: immediate, -4: byte of a call's target. */
const REGISTERS = -1;
const DISPLACEMENT = -2;
const IMMEDIATE = -3;
/** Instruction shapes, the commonest first. */
const INSTRUCTIONS: readonly (readonly number[])[] = [
  [0x48, 0x8b, -1, -2],
  [0x48, 0x89, -1, -2],
  [0x48, 0x8b, 0x44, 0x24, -2],
  [0x48, 0x89, 0xef],
  [0x48, 0x89, 0xc7],
  [0x48, 0x8d, -1, -2],
  [0xe8, -4, -4, 0xff, 0xff],
  [0x48, 0x85, 0xc0, 0x74, -2],
  [0x48, 0x89, 0x44, 0x24, -2],
  [0x85, 0xc0, 0x75, -2],
  [0x31, 0xc0],
  [0x48, 0x83, 0xc4, -3, 0x5b, 0x5d, 0x41, 0x5c, 0x41, 0x5d, 0xc3],
  [0xf3, 0x0f, 0x1e, 0xfa, 0x41, 0x55, 0x41, 0x54, 0x55, 0x53, 0x48, 0x83, 0xec, -3],
  [0x0f, 0x84, -4, 0x00, 0x00, 0x00],
  [0x48, 0x83, -1, -3],
  [0x83, -1, -3],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0xbf, -3, 0x00, 0x00, 0x00],
  [0x48, 0xc7, 0x44, 0x24, -2, -3, 0x00, 0x00, 0x00],
  [0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0xe8, -4, -4, 0x00, 0x00],
];

function fillCode(page: Uint8Array, random: Random): void {
  // A function works on few registers: its bytes for them come back.
  const registers = Array.from({ length: 8 }, () => 0x40 | random.below(192));
  let at = 0;
  while (at < page.length) {
    for (const part of INSTRUCTIONS[zipf(random, INSTRUCTIONS.length)]!) {
      if (at === page.length) break;
      if (part >= 0) page[at++] = part;
      else if (part === REGISTERS) page[at++] = registers[zipf(random, registers.length)]!;
      else if (part === DISPLACEMENT) page[at++] = 8 * zipf(random, 32);
      else if (part === IMMEDIATE) page[at++] = 8 * zipf(random, 16);
      else page[at++] = random.below(256);
    }
  }
}

function fillRandom(page: Uint8Array, random: Random): void {
  for (let at = 0; at < page.length; at += 4) page.set(bytesOf(random.uint32()), at);
}

function bytesOf(word: number): [number, number, number, number] {
  return [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24];
}

const zipfTables = new Map<number, Float64Array>();

/** A rank, from 0, whose frequency falls as 1 / rank, as that of words does. Additions and divisions only: equal on every machine. */
function zipf(random: Random, n: number): number {
  let upTo = zipfTables.get(n);
  if (upTo === undefined) {
    upTo = new Float64Array(n);
    for (let rank = 0, sum = 0; rank < n; rank++) upTo[rank] = sum += 1 / (rank + 1);
    zipfTables.set(n, upTo);
  }
  const draw = random.next() * upTo[n - 1]!;
  let [low, high] = [0, n - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (draw < upTo[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
