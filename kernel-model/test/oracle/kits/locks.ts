import {
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  inside,
  localBhDisable,
  localBhEnable,
  Mutex,
  mutexLock,
  mutexTrylock,
  mutexUnlock,
  raiseIrq,
  rawReadSeqcount,
  rawWriteSeqcountBegin,
  rawWriteSeqcountEnd,
  READ_ONCE,
  readLock,
  readSeqbegin,
  readSeqretry,
  readUnlock,
  Region,
  RwLock,
  RwSemaphore,
  rwsemIsContended,
  SeqCount,
  SeqLock,
  spinLock,
  SpinLock,
  spinTrylock,
  spinUnlock,
  upRead,
  upWrite,
  writeLock,
  writeSeqlock,
  writeSequnlock,
  writeUnlock,
} from "../../../src/primitives/index.js";
import { kit } from "./kit.js";

export const locks = kit(
  "locks",
  () => ({
    mutexes: [new Mutex("mutex"), new Mutex("mutex 2")] as const,
    spins: [new SpinLock("spin"), new SpinLock("spin 2")] as const,
    region: new Region(),
  }),
  {
    *mutex({ mutexes }, { on, body }) {
      yield* mutexLock(mutexes[on]);
      yield* body();
      yield* mutexUnlock(mutexes[on]);
    },
    *mutexTry({ mutexes }, { on, body }) {
      if (!(yield* mutexTrylock(mutexes[on]))) return "busy";
      yield* body();
      return yield* mutexUnlock(mutexes[on]);
    },
    *spin({ spins }, { on, body }) {
      yield* spinLock(spins[on]);
      yield* body();
      yield* spinUnlock(spins[on]);
    },
    *spinTry({ spins }, { on, body }) {
      if (!(yield* spinTrylock(spins[on]))) return "busy";
      yield* body();
      return yield* spinUnlock(spins[on]);
    },
    *region({ region }, { body }) {
      yield* inside(region, body());
    },
    *unlockOnly({ mutexes }, { on }) {
      yield* mutexUnlock(mutexes[on]);
    },
  },
  {
    mutex: { body: "any", sleeps: true },
    mutexTry: { body: "any" },
    region: { body: "any" },
    spin: { body: "atomic" },
    spinTry: { body: "atomic" },
  },
  {
    "the mutex is held": ({ mutexes }) => mutexes[0].owner !== null,
    "the spinlock is held": ({ spins }) => spins[0].owner !== null,
    "the first task holds a lock": ({ mutexes, spins }) => spins[1].owner === "T0" || mutexes[0].owner === "T0",
  },
);

export const shared = kit(
  "shared",
  () => ({
    rwlock: new RwLock("rwlock"),
    rwsem: new RwSemaphore("rwsem"),
    seq: new SeqLock("seq"),
    count: new SeqCount("count"),
  }),
  {
    *readLock({ rwlock }, { body }) {
      yield* readLock(rwlock);
      yield* body();
      yield* readUnlock(rwlock);
    },
    /** In interrupt context, as far as a rwlock is concerned. */
    *readLockBh({ rwlock }, { body }) {
      yield* localBhDisable();
      yield* readLock(rwlock);
      yield* body();
      yield* readUnlock(rwlock);
      yield* localBhEnable();
    },
    *readInIrq({ rwlock }, { on, me, cells: [x] }) {
      yield* raiseIrq(on, `reader of ${me}`, function* () {
        yield* readLock(rwlock);
        yield* READ_ONCE(x);
        yield* readUnlock(rwlock);
      });
    },
    *writeLock({ rwlock }, { body }) {
      yield* writeLock(rwlock);
      yield* body();
      yield* writeUnlock(rwlock);
    },
    *downRead({ rwsem }, { body }) {
      yield* downRead(rwsem);
      yield* body();
      yield* upRead(rwsem);
    },
    *downWrite({ rwsem }, { body, value }) {
      yield* downWrite(rwsem);
      yield* body();
      if (value > 0) return yield* upWrite(rwsem);
      yield* downgradeWrite(rwsem);
      return yield* upRead(rwsem);
    },
    *contended({ rwsem }) {
      return yield* rwsemIsContended(rwsem);
    },
    *tryRead({ rwsem }) {
      if (!(yield* downReadTrylock(rwsem))) return "busy";
      return yield* upRead(rwsem);
    },
    *tryWrite({ rwsem }, { body }) {
      if (!(yield* downWriteTrylock(rwsem))) return "busy";
      yield* body();
      return yield* upWrite(rwsem);
    },
    *seqRead({ seq }, { cells, on }) {
      const begun = yield* readSeqbegin(seq);
      const seen = yield* READ_ONCE(cells[on]);
      return (yield* readSeqretry(seq, begun)) ? "torn" : seen;
    },
    *seqWrite({ seq }, { body }) {
      yield* writeSeqlock(seq);
      yield* body();
      yield* writeSequnlock(seq);
    },
    *seqRaw({ seq }) {
      return yield* rawReadSeqcount(seq);
    },
    *countRead({ count }, { cells, on }) {
      const begun = yield* readSeqbegin(count);
      const seen = yield* READ_ONCE(cells[on]);
      return (yield* readSeqretry(count, begun)) ? "torn" : seen;
    },
    *countWrite({ count }, { body }) {
      yield* rawWriteSeqcountBegin(count);
      yield* body();
      yield* rawWriteSeqcountEnd(count);
    },
  },
  {
    readLock: { body: "atomic" },
    readLockBh: { body: "atomic" },
    writeLock: { body: "atomic" },
    seqWrite: { body: "atomic" },
    downRead: { body: "any", sleeps: true },
    downWrite: { body: "any", sleeps: true },
    tryWrite: { body: "any" },
    countWrite: { body: "any" },
  },
  {
    "two readers": ({ rwlock, rwsem }) => rwlock.readers > 1 || rwsem.readers > 1,
    "the rwsem is written": ({ rwsem }) => rwsem.owner !== null,
    "a writer of the rwlock waits": ({ rwlock }) => rwlock.awaitedBy !== null,
    "the rwlock is written": ({ rwlock }) => rwlock.owner !== null,
    "an update is under way": ({ seq }) => seq.seqcount.value % 2 === 1,
  },
);
