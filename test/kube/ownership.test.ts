import { describe, expect, it } from 'vitest';
import type { OwnerReference } from '../../src/api/meta.ts';
import { findBuiltinWord } from '../../src/api/resources.ts';
import { indexOwnership, type KnownObject } from '../../src/kube/ownership.ts';

function known(type: string, name: string, owners: readonly Partial<OwnerReference>[] = []): KnownObject {
  const ownerReferences = owners.map((one) => ({ apiVersion: 'v1', kind: 'X', name: 'x', uid: '', ...one }));
  return { resource: findBuiltinWord(type)!, metadata: { name, uid: name, namespace: 'a', ownerReferences } };
}

describe('who owns whom', () => {
  const ownership = indexOwnership([
    known('deployments', 'web'),
    known('replicasets', 'web-1', [{ uid: 'web', controller: true }]),
    known('pods', 'web-1-a', [{ uid: 'gone' }, { uid: 'web' }, { uid: 'web-1', controller: true }]),
    known('pods', 'web-1-a', [{ uid: 'web-1' }]),
  ]);
  const names = (objects: readonly KnownObject[]) => objects.map(({ metadata }) => metadata.name);

  it('finds children by any owner, each object once', () => {
    expect(names(ownership.children('web'))).toEqual(['web-1', 'web-1-a']);
    expect(names(ownership.children('web-1'))).toEqual(['web-1-a']);
    expect(ownership.children('web-1-a')).toEqual([]);
    expect(names(ownership.objects)).toEqual(['web', 'web-1', 'web-1-a']);
  });

  it('names the controller first and leaves out owners that are gone', () => {
    expect(names(ownership.owners(ownership.find('web-1-a')!))).toEqual(['web-1', 'web']);
    expect(ownership.owners(ownership.find('web')!)).toEqual([]);
  });
});
