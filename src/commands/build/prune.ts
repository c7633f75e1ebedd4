import { parseGoDuration } from '../../lib/duration.ts';
import { sizeText } from '../../lib/size-text.ts';
import { pruneCache } from '../../oci/build/cache/build-cache.ts';
import { BuildDatabase } from '../../oci/build/cache/build-database.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../image/with-store.ts';
import { refuseArguments } from '../shared/no-arguments.ts';

interface PruneOptions {
  /** ms */
  unusedFor: number;
}

/** `kctl builder prune`: forgets results of build steps. Images are not touched. */
export const pruneCommand = defineCommand<PruneOptions>({
  flags: [
    { name: 'unused-for', type: 'duration', default: '0s', describe: 'Only what no build has used for that long.' },
  ],
  complete({ args, flags }, context) {
    refuseArguments(args, context);
    return { unusedFor: parseGoDuration(String(flags['unused-for'])) };
  },
  async run({ unusedFor }, { io }) {
    const { records, bytes } = await withStore(io, 'removing', async (store) => {
      const database = new BuildDatabase(store.path);
      try {
        // What was used within this very millisecond is meant, too.
        return await pruneCache(store, database, unusedFor === 0 ? Number.MAX_SAFE_INTEGER : Date.now() - unusedFor);
      } finally {
        database.close();
      }
    });
    io.stdout.write(`Removed ${records} ${records === 1 ? 'result' : 'results'} of build steps\n`);
    io.stdout.write(`Total reclaimed space: ${sizeText(bytes)}\n`);
  },
});
