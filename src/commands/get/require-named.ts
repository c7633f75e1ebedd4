import { groupResource } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { GetOptions } from './options.ts';
import type { GetTarget } from './targets.ts';

/** A watch of one name begins with that object, or not at all. */
export function requireNamed(target: GetTarget, found: number, options: GetOptions): void {
  const name = target.names?.[0]?.name;
  if (name === undefined || found > 0 || options.ignoreNotFound || options.watchOnly || options.filter) return;
  const { resource } = target;
  throw new ApiStatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NotFound',
    code: 404,
    message: `${groupResource(resource)} "${name}" not found`,
  });
}
