import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { columns, printReleases, type RowFormat, readRowFormat, rowFormatFlag } from './release-rows.ts';
import { revisionsOf } from './releases.ts';

const shown = [
  ...[columns.revision, columns.updated, columns.status],
  ...[columns.chart, columns.appVersion, columns.description],
];

/** `kctl helm history RELEASE`: its revisions, the oldest first as helm has them. */
export const historyCommand = defineCommand<{ args: readonly string[]; max: number; format: RowFormat }>({
  flags: [
    { name: 'max', type: 'int', default: 256, describe: 'The newest so many revisions; 0 is all.' },
    rowFormatFlag,
  ],
  complete: ({ args, flags }) => ({ args, max: Number(flags.max), format: readRowFormat(flags) }),
  validate({ args }, { tool }) {
    if (args.length !== 1) throw usageError('name one release', `${tool} helm history`);
  },
  async run({ args, max, format }, { connect, io, signal }) {
    const kept = await revisionsOf(await connect(), args[0]!, signal);
    printReleases(max > 0 ? kept.slice(-max) : kept, shown, format, io);
  },
});
