import { sizeText } from '../../lib/size-text.ts';
import { keptResults } from '../../oci/build/cache/build-cache.ts';
import { BuildDatabase } from '../../oci/build/cache/build-database.ts';
import { keptCaches } from '../../oci/rootfs/cache-mounts.ts';
import { defineCommand } from '../command.ts';
import { createdText, type DockerColumn, dockerText, sinceText } from '../image/docker-text.ts';
import { withStore } from '../image/with-store.ts';
import { refuseArguments } from '../shared/no-arguments.ts';

interface UsageOptions {
  format: string;
}

const columns: readonly DockerColumn[] = [
  { key: 'ID', header: 'ID' },
  { key: 'Size', header: 'SIZE' },
  { key: 'Shared', header: 'SHARED' },
  { key: 'Uses', header: 'USES' },
  { key: 'LastUsed', header: 'LAST USED' },
  { key: 'Step', header: 'STEP' },
  { key: 'CreatedAt', header: 'CREATED', isExtra: true },
];

/** `kctl builder du`: results of build steps and caches of RUN that are kept, and what they take. */
export const usageCommand = defineCommand<UsageOptions>({
  flags: [
    {
      name: 'format',
      type: 'string',
      default: '',
      describe: 'A Go template per result, table with a template, or json.',
    },
  ],
  complete({ args, flags }, context) {
    refuseArguments(args, context);
    return { format: String(flags.format) };
  },
  async run({ format }, { io }) {
    const results = await withStore(io, 'listing', async (store) => {
      const database = new BuildDatabase(store.path);
      try {
        const caches = (await keptCaches(store)).map(({ id, ...one }) => {
          const uses = undefined;
          return { ...one, title: `cache ${id}`, isShared: false, uses };
        });
        return [...(await keptResults(store, database)), ...caches];
      } finally {
        database.close();
      }
    });
    const now = Date.now();
    const rows = results.map(({ key, title, bytes, isShared, madeAt, usedAt, uses }) => ({
      ...{
        ID: key.slice(0, 12),
        Size: sizeText(bytes),
        Shared: String(isShared),
        Uses: uses === undefined ? '-' : String(uses),
      },
      LastUsed: sinceText(now - usedAt),
      Step: title.replace(/\s+/g, ' '),
      CreatedAt: createdText(madeAt),
    }));
    io.stdout.write(dockerText(rows, columns, format));
    if (format !== '') return;
    const sum = (only: (one: (typeof results)[number]) => boolean) =>
      sizeText(results.filter(only).reduce((total, { bytes }) => total + bytes, 0));
    io.stdout.write(`\nReclaimable: ${sum(({ isShared }) => !isShared)}\n`);
  },
});
