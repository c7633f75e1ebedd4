import type { KubeObject } from '../../api/meta.ts';
import type { CommandContext } from '../command.ts';
import type { Scope } from '../shared/scopes.ts';
import type { GetOptions } from './options.ts';
import type { TablePage } from './table-page.ts';
import { findTargets, type GetTarget } from './targets.ts';

/** What one place has of one target. */
export interface Part {
  scope: Scope;
  target: GetTarget;
  page?: TablePage;
  objects?: readonly KubeObject[];
}

/** What one place asks for. What is in no namespace is asked for once in each context. */
export async function targetsOf(scope: Scope, options: GetOptions, context: CommandContext): Promise<GetTarget[]> {
  const { targets } = await findTargets(options, scope.cluster, context);
  return targets.filter(({ resource }) => resource.namespaced || scope.isFirst);
}
