import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { allNamespacesFlag } from '../shared/print-flags.ts';
import { columns, printReleases, type RowFormat, readRowFormat, rowFormatFlag } from './release-rows.ts';
import { newestOf, readRevisions } from './releases.ts';

const shown = [
  ...[columns.name, columns.namespace, columns.revision, columns.updated, columns.status],
  ...[columns.chart, columns.appVersion],
];

/** `kctl helm list`: what helm has installed, read from the secrets that it keeps. */
export const listCommand = defineCommand<{ everywhere: boolean; format: RowFormat; extra: readonly string[] }>({
  flags: [{ ...allNamespacesFlag, describe: 'The releases of all namespaces.' }, rowFormatFlag],
  complete: ({ args, flags }) => ({
    everywhere: flags['all-namespaces'] === true,
    format: readRowFormat(flags),
    extra: args,
  }),
  validate({ extra }, { tool }) {
    if (extra.length > 0) throw usageError(`Unexpected args: [${extra.join(' ')}]`, `${tool} helm list`);
  },
  async run({ everywhere, format }, { connect, io, signal }) {
    const cluster = await connect();
    const { namespace } = cluster;
    const kept = newestOf(await readRevisions(cluster, { namespace: everywhere ? undefined : namespace, signal }));
    if (kept.length > 0 || format === 'json' || format === 'yaml') printReleases(kept, shown, format, io);
    else io.stderr.write(everywhere ? 'No releases found.\n' : `No releases found in ${namespace} namespace.\n`);
  },
});
