import type { KubeObject } from '../../api/meta.ts';
import { wrapList } from '../../output/print-objects.ts';
import type { CommandContext } from '../command.ts';
import { objectPrinter } from '../shared/object-printer.ts';
import { paintedOutput } from '../shared/painted-output.ts';
import type { GetOptions } from './options.ts';
import type { Part } from './parts.ts';

/** The objects of all places as one list, also where it has only one: which places have any is not known before. */
export async function printTogether(
  groups: readonly (readonly Part[])[],
  options: GetOptions,
  context: CommandContext,
): Promise<void> {
  const print = await objectPrinter(options, context.io, options.noHeaders);
  let objects: KubeObject[] = groups.flatMap((parts) => parts.flatMap((part) => part.objects ?? []));
  if (objects.length === 0 && options.ignoreNotFound) return;
  if (options.sortBy !== '') {
    const { sortByPath } = await import('./sort.ts');
    objects = sortByPath(objects, options.sortBy, (object) => object);
  }
  const write = await paintedOutput(options.format.name, context);
  write(print(wrapList(objects)));
}
