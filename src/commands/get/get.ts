import { defineCommand } from '../command.ts';
import { getFlags } from './flags.ts';
import { completeGet, type GetOptions, isTable, validateGet } from './options.ts';

/** `kctl get`. Each way of showing things is a module of its own, loaded when it is needed. */
export const getCommand = defineCommand<GetOptions>({
  flags: getFlags,
  complete: completeGet,
  validate: validateGet,
  async run(options, context) {
    const cluster = await context.connect();
    if (options.raw !== '') return (await import('./raw.ts')).printRaw(options.raw, cluster, context);
    const { findTargets } = await import('./targets.ts');
    const found = await findTargets(options, cluster, context);
    if (options.watch) return (await import('./watch.ts')).watchTargets(found, options, cluster, context);
    if (isTable(options)) return (await import('./tables.ts')).printTables(found, options, cluster, context);
    return (await import('./objects.ts')).printObjects(found, options, cluster, context);
  },
});
