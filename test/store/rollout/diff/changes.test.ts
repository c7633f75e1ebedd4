import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { configChange, type ReadObject } from '../../../../src/store/rollout/diff/config-changes.ts';
import { configPairs } from '../../../../src/store/rollout/diff/config-references.ts';
import { environmentChanges } from '../../../../src/store/rollout/diff/environment.ts';
import { templateChanges } from '../../../../src/store/rollout/diff/template-changes.ts';

const template = (container: object, spec: object = {}, metadata: object = {}) => ({
  metadata: { labels: { app: 'web' }, ...metadata },
  spec: { containers: [{ name: 'web', image: 'web:1', ...container }], ...spec },
});

describe('templates', () => {
  test('that are the same have no changes, whatever hash the controller put on them', () => {
    const labels = { app: 'web', 'pod-template-hash': 'abc' };
    expect(templateChanges(template({}, {}, { creationTimestamp: null }), template({}, {}, { labels }))).toEqual({
      containers: [],
      fields: [],
    });
  });

  test('are told apart by container, with readable paths and whole ones', () => {
    const before = template({ resources: { limits: { memory: '1Gi' } } }, { nodeSelector: { disk: 'ssd' } });
    const after = template(
      { image: 'web:2', resources: { limits: { memory: '2Gi' } } },
      { initContainers: [{ name: 'wait', image: 'busybox' }] },
    );
    expect(templateChanges(before, after)).toEqual({
      containers: [
        {
          ...{ name: 'wait', init: true, change: 'added', environment: [], fields: [] },
          image: { after: 'busybox' },
        },
        {
          ...{ name: 'web', init: false, change: 'changed', environment: [] },
          image: { before: 'web:1', after: 'web:2' },
          fields: [
            {
              path: 'resources.limits.memory',
              fullPath: 'spec.containers[name=web].resources.limits.memory',
              before: '1Gi',
              after: '2Gi',
            },
          ],
        },
      ],
      fields: [{ path: 'nodeSelector', fullPath: 'spec.nodeSelector', before: { disk: 'ssd' } }],
    });
  });
});

test('environments: values, references and whole maps', () => {
  const before = {
    env: [
      { name: 'GONE', value: '' },
      { name: 'SAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ],
    envFrom: [{ configMapRef: { name: 'a-1' } }, { configMapRef: { name: 'b' } }],
  };
  const after = {
    env: [
      { name: 'NEW', valueFrom: { configMapKeyRef: { name: 'm', key: 'k' } } },
      { name: 'SAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'KEY', value: 'plain' },
    ],
    envFrom: [{ configMapRef: { name: 'a-2' } }, { configMapRef: { name: 'b' } }],
  };
  expect(environmentChanges(before, after)).toEqual([
    {
      ...{ name: '*', change: 'changed' },
      before: { from: 'configMap', text: 'all of configmap a-1' },
      after: { from: 'configMap', text: 'all of configmap a-2' },
    },
    { name: 'NEW', change: 'added', after: { from: 'configMap', text: 'configmap m, key k' } },
    {
      ...{ name: 'KEY', change: 'changed' },
      before: { from: 'secret', text: 'secret s, key k' },
      after: { from: 'value', text: 'plain' },
    },
    { name: 'GONE', change: 'removed', before: { from: 'value', text: '' } },
  ]);
});

describe('configuration', () => {
  test('is paired by the places that take it', () => {
    const before = template(
      { envFrom: [{ configMapRef: { name: 'c-1' } }] },
      { volumes: [{ name: 'c', projected: { sources: [{ configMap: { name: 'c-1' } }, { secret: { name: 's' } }] } }] },
    );
    const after = template(
      {
        envFrom: [{ configMapRef: { name: 'c-2' } }],
        env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 's', key: 'p' } } }],
      },
      { volumes: [{ name: 'c', projected: { sources: [{ configMap: { name: 'c-2' } }, { secret: { name: 's' } }] } }] },
    );
    expect(configPairs(before, after)).toEqual([
      { kind: 'ConfigMap', before: 'c-1', after: 'c-2', places: ['envFrom of web', 'volume c'] },
      { kind: 'Secret', before: 's', after: 's', places: ['volume c'] },
    ]);
  });

  const since = '2026-03-01T10:00:00Z';
  const object = (kind: string, data: object, more: object = {}) =>
    ({ apiVersion: 'v1', kind, metadata: { creationTimestamp: '2026-03-01T09:00:00Z' }, data, ...more }) as KubeObject;
  const change = (kind: 'ConfigMap' | 'Secret', before: ReadObject, after: ReadObject, names = ['a', 'b']) =>
    configChange({ kind, before: names[0], after: names[1], places: ['volume v'] }, { before, after }, since);

  test('is compared key by key, long values line by line', () => {
    const before = object('ConfigMap', { a: '1', gone: 'x', f: 'l1\nl2\nl3\nl4\nl5\n', same: '=' });
    const binaryData = { raw: Buffer.from([0, 1, 255]).toString('base64') };
    const after = object('ConfigMap', { a: '2', f: 'l1\nl2\nl3!\nl4\nl5\n', same: '=' }, { binaryData });
    expect(change('ConfigMap', before, after)?.keys).toEqual([
      { key: 'a', change: 'changed', before: '1', after: '2' },
      { key: 'f', change: 'changed', lines: [' l2', '-l3', '+l3!', ' l4'] },
      { key: 'gone', change: 'removed', before: 'x' },
      { key: 'raw', change: 'added', after: '(3 bytes)' },
    ]);
  });

  test('of secrets tells keys and never values', () => {
    const secret = (data: Record<string, string>) =>
      object('Secret', Object.fromEntries(Object.entries(data).map(([key, text]) => [key, btoa(text)])));
    const found = change('Secret', secret({ p: 'hunter1', u: 'me' }), secret({ p: 'hunter2', u: 'me', n: 'new' }));
    expect(found?.keys).toEqual([
      { key: 'n', change: 'added' },
      { key: 'p', change: 'changed' },
    ]);
    expect(JSON.stringify(found)).not.toContain('hunter');
  });

  test('under one name is the same only where it cannot have changed', () => {
    const written = (time: string, more = {}) =>
      object('ConfigMap', {}, { metadata: { creationTimestamp: since, managedFields: [{ time }] }, ...more });
    const same = (read: ReadObject) => change('ConfigMap', read, read, ['a', 'a']);
    expect(same(written('2026-03-01T10:00:00Z'))).toBeUndefined();
    expect(same(written('2026-03-01T10:00:01Z', { immutable: true }))).toBeUndefined();
    expect(same(written('2026-03-01T10:00:01Z'))?.unknown).toBe(
      'it was written at 2026-03-01T10:00:01Z, after the older revision was made: what it held then is not kept',
    );
    expect(same('forbidden')?.unknown).toBe('it may not be read');
  });

  test('that cannot be read is not guessed at', () => {
    expect(change('ConfigMap', 'absent', object('ConfigMap', {}))).toMatchObject({
      unknown: 'configmap a is not there (any more)',
    });
    expect(change('Secret', object('Secret', {}), 'forbidden')).toMatchObject({ unknown: 'secret b may not be read' });
  });
});
