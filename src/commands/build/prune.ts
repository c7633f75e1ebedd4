import { parseGoDuration } from '../../lib/duration.ts';
import { sizeText } from '../../lib/size-text.ts';
import { pruneCache } from '../../oci/build/cache/build-cache.ts';
import { BuildDatabase } from '../../oci/build/cache/build-database.ts';
import { pruneCaches } from '../../oci/rootfs/cache-mounts.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../image/with-store.ts';
import { refuseArguments } from '../shared/no-arguments.ts';

interface PruneOptions {
  /** ms */
  unusedFor: number;
}

/** `kctl builder prune`: forgets results of build steps, and removes caches of RUN. Images are not touched. */
export const pruneCommand = defineCommand<PruneOptions>({
  flags: [
    { name: 'unused-for', type: 'duration', default: '0s', describe: 'Only what no build has used for that long.' },
  ],
  complete({ args, flags }, context) {
    refuseArguments(args, context);
    return { unusedFor: parseGoDuration(String(flags['unused-for'])) };
  },
  async run({ unusedFor }, { io, signal }) {
    // What was used within this very millisecond is meant, too.
    const before = unusedFor === 0 ? Number.MAX_SAFE_INTEGER : Date.now() - unusedFor;
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
