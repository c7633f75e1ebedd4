import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { sizeText } from '../../lib/size-text.ts';
import { pruneCache } from '../../oci/build/cache/build-cache.ts';
import { BuildDatabase } from '../../oci/build/cache/build-database.ts';
import { pruneCaches } from '../../oci/rootfs/cache-mounts.ts';
import { defineCommand } from '../command.ts';
import { timeOf } from '../image/prune-filters.ts';
import { withStore } from '../image/with-store.ts';
import { refuseArguments } from '../shared/no-arguments.ts';

interface PruneOptions {
  /** What was used last before that goes; ms. */
  before: number;
}

/** `kctl builder prune`: forgets results of build steps, and removes caches of RUN. Images are not touched. */
export const pruneCommand = defineCommand<PruneOptions>({
  flags: [
    { name: 'unused-for', type: 'duration', default: '0s', describe: 'Only what no build has used for that long.' },
    { name: 'filter', type: 'stringArray', describe: "The same in docker's words: until=72h." },
    { name: 'force', short: 'f', type: 'bool', default: false, describe: "docker's: nothing is asked in any case." },
    { name: 'all', short: 'a', type: 'bool', default: false, describe: "docker's: all results go in any case." },
  ],
  complete({ args, flags }, context) {
    refuseArguments(args, context);
    const now = Date.now();
    const unusedFor = parseGoDuration(String(flags['unused-for']));
    const filters = (flags.filter as readonly string[] | undefined) ?? [];
    // What was used within this very millisecond is meant, too.
    const times = unusedFor === 0 ? [] : [now - unusedFor];
    return { before: Math.min(Number.MAX_SAFE_INTEGER, ...times, ...filters.map((text) => untilOf(text, now))) };
  },
  async run({ before }, { io, signal }) {
    const { records, caches, bytes } = await withStore(io, 'removing', async (store) => {
      const database = new BuildDatabase(store.path);
      try {
        const results = await pruneCache(store, database, before);
        const removed = await pruneCaches(store, before, signal);
        return { records: results.records, caches: removed.caches, bytes: results.bytes + removed.bytes };
      } finally {
        database.close();
      }
    });
    io.stdout.write(`Removed ${records} ${records === 1 ? 'result' : 'results'} of build steps\n`);
    if (caches > 0)
      io.stdout.write(`Removed ${caches} ${caches === 1 ? 'cache' : 'caches'} of RUN --mount=type=cache\n`);
    io.stdout.write(`Total reclaimed space: ${sizeText(bytes)}\n`);
  },
});

/** @throws KctlError `usage` for another filter than `until=` */
function untilOf(text: string, now: number): number {
  if (text.startsWith('until=')) return timeOf(text.slice('until='.length), now);
  throw new KctlError('usage', `invalid filter '${text}'`, { hint: 'There is until=TIME, as in until=72h.' });
}
