import { groupResource } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { JournalChange } from '../shared/journal/entry.ts';

/** `deployment.apps/web in shop`, `node/a`, `scale of deployment.apps/web in shop`. */
export function changeName({ target, kind, before, after }: JournalChange): string {
  const { group, plural, namespace, name, subresource } = target;
  const isOfObject = subresource === undefined || subresource === 'eviction' || subresource === 'status';
  // What a subresource answers is of a kind of its own.
  const known = isOfObject ? before?.kind || after?.kind || kind : findBuiltin(groupResource({ group, plural }))?.kind;
  const type = known ? known.toLowerCase() : plural;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const part = isOfObject ? '' : `${subresource} of `;
  return `${part}${group === '' ? type : `${type}.${group}`}/${name}${where}`;
}
