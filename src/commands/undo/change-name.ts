import type { JournalChange } from '../shared/journal/entry.ts';

/** `deployment.apps/web in shop`, `node/a`, `scale of deployment.apps/web in shop`. */
export function changeName({ target, kind, before, after }: JournalChange): string {
  const { group, plural, namespace, name, subresource } = target;
  const isOfObject = subresource === undefined || subresource === 'eviction' || subresource === 'status';
  const known = isOfObject ? (before?.kind ?? after?.kind ?? kind) : '';
  const type = known === '' ? plural : known.toLowerCase();
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const part = isOfObject ? '' : `${subresource} of `;
  return `${part}${group === '' ? type : `${type}.${group}`}/${name}${where}`;
}
