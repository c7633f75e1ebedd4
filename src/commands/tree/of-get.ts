import type { Cluster } from '../../kube/cluster.ts';
import type { KnownObject } from '../../kube/ownership.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { objectsOf } from '../get/objects.ts';
import type { GetOptions } from '../get/options.ts';
import { nothingFound } from '../get/tables.ts';
import type { GetTargets } from '../get/targets.ts';
import { throwCollected } from '../shared/errors.ts';
import { showTrees } from './show.ts';

/** `get -o tree`: what was asked for, each with all that it owns. */
export async function printTreesOf(
  { targets }: GetTargets,
  options: GetOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<number> {
  if (options.watch) throw new KctlError('usage', '-o tree cannot be used with --watch');
  const objects: KnownObject[] = [];
  const errors: unknown[] = [];
  for (const target of targets) {
    try {
      for await (const { metadata } of objectsOf(target, options, cluster, context, errors)) {
        objects.push({ resource: target.resource, metadata });
      }
    } catch (error) {
      errors.push(error);
    }
  }
  const { noHeaders } = options;
  if (objects.length > 0) await showTrees(objects, { references: false, fromRoot: false, noHeaders }, cluster, context);
  else if (errors.length === 0 && !options.ignoreNotFound) {
    context.io.stderr.write(nothingFound(targets, options, cluster));
  }
  throwCollected(errors);
  return 0;
}
