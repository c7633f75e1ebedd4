import { defineCommand } from '../command.ts';
import { namesManyNamespaces } from '../shared/names-many-namespaces.ts';
import { readWhere } from '../shared/where.ts';
import { getFlags } from './flags.ts';
import { completeGet, type GetOptions, isTable, isWritten, validateGet } from './options.ts';

/** `kctl get`. Each way of showing things is a module of its own, loaded when it is needed. */
export const getCommand = defineCommand<GetOptions>({
  flags: getFlags,
  async complete(invocation, context) {
    if (invocation.given.has('where')) await readWhere(invocation.flags);
    const options = completeGet(invocation, context);
    if (!isWritten(options)) return options;
    const { tableTexts } = await import('../../output/table-text.ts');
    return { ...options, write: tableTexts[options.format.name] };
  },
  validate: validateGet,
  async run(options, context) {
    if (options.contexts.length > 0 || namesManyNamespaces(context)) {
      return (await import('./many.ts')).getMany(options, context);
    }
    const cluster = await context.connect();
    if (options.raw !== '') return (await import('./raw.ts')).printRaw(options.raw, cluster, context);
    const { findTargets } = await import('./targets.ts');
    const found = await findTargets(options, cluster, context);
    const asked =
      options.where === ''
        ? options
        : await (await import('./with-filter.ts')).withFilter(options, found.targets, cluster);
    try {
      if (asked.format.name === 'tree') {
        return await (await import('../tree/of-get.ts')).printTreesOf(found, asked, cluster, context);
      }
      if (asked.format.name === 'layers') {
        return await (await import('../images/of-get.ts')).printLayersOf(found, asked, cluster, context);
      }
      if (asked.watch) return await (await import('./watch.ts')).watchTargets(found, asked, cluster, context);
      if (isTable(asked)) return await (await import('./tables.ts')).printTables(found, asked, cluster, context);
      return await (await import('./objects.ts')).printObjects(found, asked, cluster, context);
    } finally {
      asked.filter?.tell(context.io);
    }
  },
});
