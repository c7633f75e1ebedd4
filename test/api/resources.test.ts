import { describe, expect, test } from 'vitest';
import {
  builtinGroupVersions,
  builtinResources,
  findBuiltin,
  findBuiltinKind,
  findBuiltinWord,
} from '../../src/api/resources.ts';

describe('builtinResources', () => {
  test('pods are described as discovery describes them', () => {
    expect(findBuiltin('pods')).toMatchObject({
      group: '',
      version: 'v1',
      plural: 'pods',
      singular: 'pod',
      kind: 'Pod',
      namespaced: true,
      shortNames: ['po'],
      categories: ['all'],
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    });
    const names = findBuiltin('pods')!.subresources.map((sub) => sub.name);
    expect(names).toEqual([
      'attach',
      'binding',
      'ephemeralcontainers',
      'eviction',
      'exec',
      'log',
      'portforward',
      'proxy',
      'resize',
      'status',
    ]);
  });

  test('subresources name the group of a kind from elsewhere', () => {
    const eviction = findBuiltin('pods')!.subresources.find((sub) => sub.name === 'eviction');
    expect(eviction).toEqual({ name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] });
    const scale = findBuiltin('deployments.apps')!.subresources.find((sub) => sub.name === 'scale');
    expect(scale).toMatchObject({ kind: 'Scale', group: 'autoscaling', version: 'v1' });
    const status = findBuiltin('deployments.apps')!.subresources.find((sub) => sub.name === 'status');
    expect(status).not.toHaveProperty('group');
  });

  test('the preferred version comes first', () => {
    expect(findBuiltin('horizontalpodautoscalers.autoscaling')!.version).toBe('v2');
    expect(findBuiltin('horizontalpodautoscalers.autoscaling', 'v1')!.version).toBe('v1');
    expect(findBuiltin('horizontalpodautoscalers.autoscaling', 'v9')).toBeUndefined();
    expect(builtinGroupVersions().map(({ group }) => group)).toEqual([
      '',
      'apiregistration.k8s.io',
      'apps',
      'events.k8s.io',
      'authentication.k8s.io',
      'authorization.k8s.io',
      'autoscaling',
      'autoscaling',
      'batch',
      'certificates.k8s.io',
      'networking.k8s.io',
      'policy',
      'rbac.authorization.k8s.io',
      'storage.k8s.io',
      'admissionregistration.k8s.io',
      'apiextensions.k8s.io',
      'scheduling.k8s.io',
      'coordination.k8s.io',
      'node.k8s.io',
      'discovery.k8s.io',
      'resource.k8s.io',
      'flowcontrol.apiserver.k8s.io',
      'metrics.k8s.io',
    ]);
  });

  test('a word is a plural, a singular or a short name; the first group wins', () => {
    expect(findBuiltinWord('PO')).toBe(findBuiltin('pods'));
    expect(findBuiltinWord('deploy')).toBe(findBuiltin('deployments.apps'));
    expect(findBuiltinWord('cronjob')).toBe(findBuiltin('cronjobs.batch'));
    expect(findBuiltinWord('events')!.group).toBe('');
    expect(findBuiltinWord('nodes')!.kind).toBe('Node');
    expect(findBuiltinWord('widgets')).toBeUndefined();
  });

  test('kinds are found by apiVersion, old ones are gone', () => {
    expect(findBuiltinKind('apps/v1', 'Deployment')!.plural).toBe('deployments');
    expect(findBuiltinKind('v1', 'Pod')!.plural).toBe('pods');
    expect(findBuiltinKind('batch/v1beta1', 'CronJob')).toBeUndefined();
    expect(builtinResources.some(({ kind }) => kind === 'PodSecurityPolicy')).toBe(false);
  });

  test('short names and kinds are unique within a group version', () => {
    const seen = new Set<string>();
    for (const { group, version, plural, kind, shortNames } of builtinResources) {
      for (const word of [plural, kind, ...shortNames]) {
        expect(seen.has(`${group}/${version}/${word}`)).toBe(false);
        seen.add(`${group}/${version}/${word}`);
      }
    }
  });
});
