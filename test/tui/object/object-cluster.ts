import { expect } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { groupResource, type ResourceInfo } from '../../../src/api/resource.ts';
import { findBuiltin, findBuiltinKind, findBuiltinWord } from '../../../src/api/resources.ts';
import type { Sink } from '../../../src/api/source.ts';
import { KctlError } from '../../../src/lib/errors.ts';
import { textWidth } from '../../../src/lib/text-width.ts';
import { type FakeCluster, fakeCluster, podRow, start } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

/** A cluster in memory whose objects can be watched, of every built-in kind. */
export interface ObjectCluster extends FakeCluster {
  /** Puts an object in, or another version of it; those who watch it hear of it. */
  put(kind: string, object: KubeObject): void;
  drop(kind: string, object: KubeObject): void;
  /** Scopes that were watched, as `kind fields`. */
  watched: string[];
  open(cols: number, rows: number, depth?: 'none' | '256'): Promise<TestScreen>;
}

let version = 100;

export function objectOf(kind: string, name: string, rest: Record<string, unknown> = {}): KubeObject {
  const { metadata, apiVersion = 'v1', ...fields } = rest;
  const meta = {
    name,
    namespace: 'shop',
    uid: `uid-shop-${name}`,
    resourceVersion: String(++version),
    creationTimestamp: new Date(start - 3600_000).toISOString(),
    ...(metadata as object),
  };
  return { apiVersion: apiVersion as string, kind, metadata: meta, ...fields };
}

export function objectCluster(): ObjectCluster {
  const fake = fakeCluster([podRow('shop', 'web-1'), podRow('shop', 'web-2')]);
  const sinks = new Map<Sink<KubeObject>, { kind: string; holds(object: KubeObject): boolean }>();
  const watched: string[] = [];
  const idOf = (kind: string, { metadata }: KubeObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  const { services } = fake;
  Object.assign(services.cluster.discovery, {
    resolve: async (name: string): Promise<ResourceInfo> => {
      const found = findBuiltin(name) ?? findBuiltinWord(name);
      if (!found) throw new KctlError('input', `the server doesn't have a resource type "${name}"`);
      return found;
    },
    resolveKind: async (apiVersion: string, kind: string) => findBuiltinKind(apiVersion, kind)!,
  });
  services.objectSource = (info, scope) => {
    const kind = groupResource(info);
    const fields = (scope.fieldSelector ?? '').split(',').filter(Boolean);
    const holds = (object: KubeObject) =>
      (!scope.name || object.metadata.name === scope.name) &&
      (!scope.namespace || object.metadata.namespace === scope.namespace) &&
      fields.every((field) => {
        const [path = '', value] = field.split('=');
        return path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], object) === value;
      });
    watched.push(`${kind} ${scope.name ?? scope.fieldSelector ?? ''}`.trim());
    let mine: Sink<KubeObject> | undefined;
    return {
      start(sink) {
        mine = sink;
        sinks.set(sink, { kind, holds });
        const found = [...fake.objects].filter(([id, object]) => id.startsWith(`${kind} `) && holds(object));
        sink.replace(
          found.map(([, object]) => object),
          { columns: [], resourceVersion: '1' },
        );
        sink.state({ phase: 'synced', since: services.timing.now() });
      },
      stop: () => {
        if (mine) sinks.delete(mine);
      },
    };
  };
  const tell = (type: 'MODIFIED' | 'DELETED', kind: string, object: KubeObject) => {
    for (const [sink, { kind: of, holds }] of sinks) {
      if (of === kind && holds(object)) sink.change(type, object, { columns: [] });
    }
  };
  return {
    ...fake,
    watched,
    put(kind, object) {
      fake.objects.set(idOf(kind, object), object);
      tell('MODIFIED', kind, object);
    },
    drop(kind, object) {
      fake.objects.delete(idOf(kind, object));
      tell('DELETED', kind, object);
    },
    open: (cols, rows, depth = '256') => renderTest({ cols, rows, cluster: fake, depth }),
  };
}

export const pod = (status: string, rest: Record<string, unknown> = {}) =>
  objectOf('Pod', 'web-1', {
    spec: { nodeName: 'kind-worker', containers: [{ name: 'app', image: 'web:1' }] },
    status: { phase: status },
    ...rest,
  });

export async function type(s: TestScreen, line: string): Promise<void> {
  await s.press(line[0]!);
  await s.type(`${line.slice(1)}\r`);
}

export const sizes: readonly (readonly [number, number])[] = [
  [80, 24],
  [120, 40],
  [200, 50],
];

/** What a cluster may hold: Korean, emoji, and text that would take the terminal over. */
export const hostile = '\u001b[31m빨강\u001b]0;내 것\u0007 🙂 \u202egnp.exe';

export function noneIsWider(s: TestScreen, cols: number): void {
  for (const line of s.lines()) expect(textWidth(line)).toBeLessThanOrEqual(cols);
  expect(s.text()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
}
