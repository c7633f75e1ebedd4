import { inOrder } from '../../lib/in-order.ts';
import type { CommandContext } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { labelled, type Scopes, scopesAtOnce } from '../shared/scopes.ts';
import type { GetOptions } from './options.ts';
import { targetsOf } from './parts.ts';
import { placesOf, type WatchPlace, watchGroups } from './watch.ts';
import { withFilter } from './with-filter.ts';

/** `get -w` over several namespaces and contexts: one table of them all. Places that cannot be had are told at the end. */
export async function watchMany(opened: Scopes, options: GetOptions, context: CommandContext): Promise<number> {
  const errors = [...opened.errors];
  const places: WatchPlace[] = [];
  const found = inOrder(opened.scopes, scopesAtOnce, async (scope) => {
    try {
      const targets = await targetsOf(scope, options, context);
      const asked = await withFilter(options, targets, scope.cluster);
      const { cluster, context: name, label } = scope;
      return targets.flatMap((target) => placesOf({ target, cluster, options: asked, context: name, label }));
    } catch (error) {
      errors.push(labelled(error, scope.label));
      return [];
    }
  });
  for await (const result of found) if (result.status === 'fulfilled') places.push(...result.value);
  const key = ({ target: { resource } }: WatchPlace) => `${resource.group}/${resource.plural}`;
  const groups = [...Map.groupBy(places, key).values()];
  if (groups.length === 0) throwCollected(errors);
  for (const error of errors) {
    if (error instanceof Error) context.io.stderr.write(`${error.message}\n`);
  }
  const code = await watchGroups(groups, opened, options, context);
  return errors.length > 0 ? 1 : code;
}
