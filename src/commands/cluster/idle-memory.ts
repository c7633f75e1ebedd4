import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MIB = 1024 * 1024;
const LOOK_MS = 5_000;
/** Share of a core below which nobody is kept waiting by a collection of some tenths of a second. */
const QUIET = 0.1;
/** What a small cluster takes is left alone. */
const SMALL = 160 * MIB;
/** How much more than after the last collection is worth another one. */
const GROWN = 1.5;

interface Process {
  /** Bytes that the heap holds, used or not. */
  heap(): number;
  /** Seconds of processor time so far. */
  cpu(): number;
  /** Collects everything, and gives back what is free. */
  collect(): Promise<void>;
}

/**
 * Gives back what a burst of writes has left free in the heap: V8 keeps it for the next burst, and a cluster that
 * rests may wait for that for days. To be asked every `intervalMs`.
 */
export function idleMemory(process: Process, intervalMs: number): () => Promise<void> {
  let least = SMALL;
  let cpu = process.cpu();
  return async () => {
    const before = cpu;
    cpu = process.cpu();
    const isQuiet = (cpu - before) * 1000 < QUIET * intervalMs;
    if (!isQuiet || process.heap() < least * GROWN) return;
    await process.collect();
    least = Math.max(SMALL, process.heap());
    cpu = process.cpu();
  };
}

/** Looks after this process until it ends. */
export function giveBackIdleMemory(): void {
  const look = idleMemory(
    {
      heap: () => getHeapStatistics().total_heap_size,
      cpu() {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
      collect: async () => collector()({ type: 'major', flavor: 'last-resort', execution: 'async' }),
    },
    LOOK_MS,
  );
  setInterval(look, LOOK_MS).unref();
}

type Collect = (how: { type: 'major'; flavor: 'last-resort'; execution: 'async' }) => Promise<void>;

/** V8's own, which new contexts have while the flag is set. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
