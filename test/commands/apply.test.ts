import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/meta.ts';
import { failure, type Routes, run } from './fake-cluster.ts';

const path = '/api/v1/namespaces/default/configmaps';
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const manifest = (name: string, data = 'a: b') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {${data}}\n`;

/** A server that keeps what is posted and merges what is patched. */
function keeping(objects: Record<string, KubeObject> = {}): Routes {
  const routes: Routes = {
    [`POST ${path}`]: ({ body }) => {
      const object = JSON.parse(String(body));
      add(object);
      return object;
    },
  };
  const add = (object: KubeObject) => {
    const at = `${path}/${object.metadata.name}`;
    routes[`GET ${at}`] = () => object;
    routes[`PATCH ${at}`] = ({ body }) => {
      const { metadata, ...rest } = JSON.parse(String(body));
      for (const [key, value] of Object.entries(rest.data ?? {})) {
        if (value === null) delete object.data[key];
        else object.data[key] = value;
      }
      Object.assign(object.metadata.annotations!, metadata?.annotations);
      return object;
    };
  };
  for (const object of Object.values(objects)) add(object);
  return routes;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-apply-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('apply', () => {
  test('created, then unchanged, then configured; a field that was dropped goes', async () => {
    const routes = keeping();
    const line = ['apply', '-f', '-'];
    const first = await run(line, routes, { stdin: manifest('one', 'a: b, c: d') });
    expect(first).toMatchObject({ stdout: 'configmap/one created\n', code: 0 });
    const posted = JSON.parse(String(first.requests.at(-1)!.body));
    expect(posted.metadata.annotations[annotation]).toBe(
      '{"apiVersion":"v1","data":{"a":"b","c":"d"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"one","namespace":"default"}}\n',
    );
    expect(first.requests.at(-1)!.query).toMatchObject({
      fieldManager: 'kubectl-client-side-apply',
      fieldValidation: 'Strict',
    });
    expect(await run(line, routes, { stdin: manifest('one', 'a: b, c: d') })).toMatchObject({
      stdout: 'configmap/one unchanged\n',
    });
    const third = await run(line, routes, { stdin: manifest('one', 'a: x') });
    expect(third.stdout).toBe('configmap/one configured\n');
    const patch = third.requests.at(-1)!;
    expect(patch.contentType).toBe('application/strategic-merge-patch+json');
    expect(JSON.parse(String(patch.body)).data).toEqual({ a: 'x', c: null });
  });

  test('one bad object does not stop the others', async () => {
    const routes: Routes = {
      ...keeping(),
      [`POST ${path}`]: ({ body }) => {
        const object = JSON.parse(String(body));
        return object.metadata.name === 'two' ? failure(403, 'Forbidden', 'configmaps "two" is forbidden') : object;
      },
    };
    const kind = 'apiVersion: example.com/v1\nkind: Bogus\nmetadata: {name: x}\n';
    writeFileSync(join(folder, 'all.yaml'), [manifest('one'), kind, manifest('two'), manifest('three')].join('---\n'));
    const { stdout, stderr, code } = await run(['apply', '-f', 'all.yaml'], routes, { cwd: folder });
    expect(stdout).toBe('configmap/one created\nconfigmap/three created\n');
    expect(stderr).toBe(
      'resource mapping not found for name: "x" namespace: "" from "all.yaml": no matches for kind "Bogus" in version "example.com/v1"\n' +
        'ensure CRDs are installed first\n' +
        'Error from server (Forbidden): error when creating "all.yaml": configmaps "two" is forbidden\n',
    );
    expect(code).toBe(1);
  });

  test('what a server says of a server-side apply is printed as it is', async () => {
    const routes = { [`PATCH ${path}/one`]: failure(403, 'Forbidden', 'no') };
    const { stderr } = await run(['apply', '--server-side', '-f', '-'], routes, { stdin: manifest('one') });
    expect(stderr).toBe('Error from server (Forbidden): no\n');
  });

  test('an object without the annotation is warned about', async () => {
    const live = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', annotations: {} }, data: {} };
    const { stdout, stderr } = await run(['apply', '-f', '-'], keeping({ live }), { stdin: manifest('one') });
    expect(stdout).toBe('configmap/one configured\n');
    expect(stderr).toMatch(
      /^Warning: resource configmaps\/one is missing the .* annotation which is required by kubectl apply\./,
    );
  });

  test('folders are read one level deep, or all of it with -R', async () => {
    writeFileSync(join(folder, 'a.yaml'), manifest('a'));
    writeFileSync(
      join(folder, 'b.json'),
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }),
    );
    writeFileSync(join(folder, 'notes.txt'), 'not a manifest');
    const { stdout } = await run(['apply', '-f', folder, '--dry-run=client'], keeping());
    expect(stdout).toBe('configmap/a created (dry run)\nconfigmap/b created (dry run)\n');
  });

  test('server side: one request, and advice where others manage the fields', async () => {
    const patch = `PATCH ${path}/one`;
    const good = await run(
      ['apply', '--server-side', '-f', '-'],
      { [patch]: { kind: 'ConfigMap', metadata: { name: 'one' } } },
      { stdin: manifest('one') },
    );
    expect(good).toMatchObject({ stdout: 'configmap/one serverside-applied\n', code: 0 });
    expect(good.requests).toHaveLength(1);
    expect(good.requests[0]).toMatchObject({
      contentType: 'application/apply-patch+yaml',
      query: { fieldManager: 'kubectl', force: false },
    });
    const refused = { [patch]: failure(409, 'Conflict', 'Apply failed with 1 conflict: conflict with "x": .data.a') };
    const { stderr, code } = await run(['apply', '--server-side', '-f', '-'], refused, { stdin: manifest('one') });
    expect(stderr).toMatch(
      /^error: Apply failed with 1 conflict: .*\nPlease review the fields above--they currently have/,
    );
    expect(code).toBe(1);
  });

  test.each([
    [['apply'], '', 'error: must specify one of -f and -k\n'],
    [['apply', '-f', '-'], '', 'error: no objects passed to apply\n'],
    [['apply', '-f', 'nope.yaml'], '', 'error: the path "nope.yaml" does not exist\n'],
    [
      ['apply', '-f', '-'],
      'kind: ConfigMap',
      'error: error validating "STDIN": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false\n',
    ],
    [
      ['apply', '-f', '-', '--validate=false'],
      'kind: ConfigMap',
      'error: error when retrieving current configuration of:\nResource: "/v1, Resource=configmaps", GroupVersionKind: "/v1, Kind=ConfigMap"\nName: "", Namespace: "default"\nfrom server for: "STDIN": resource name may not be empty\n',
    ],
    [
      ['apply', '-n', 'b', '-f', '-'],
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: a}\n',
      'error: the namespace from the provided object "a" does not match the namespace "b". You must pass \'--namespace=a\' to perform this operation.\n',
    ],
    [['apply', '--force-conflicts', '-f', 'x'], '', 'error: --force-conflicts only works with --server-side\n'],
  ])('%j is refused', async (line, stdin, stderr) => {
    expect(await run(line, keeping(), { stdin, cwd: folder })).toMatchObject({ stdout: '', stderr, code: 1 });
  });
});

describe('create', () => {
  test('every object of a list; -o name; a second time it exists', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })),
    };
    const routes = keeping();
    const stdin = JSON.stringify(list);
    expect(await run(['create', '-f', '-', '-o', 'name'], routes, { stdin })).toMatchObject({
      stdout: 'configmap/a\nconfigmap/b\n',
    });
    routes[`POST ${path}`] = failure(409, 'AlreadyExists', 'configmaps "a" already exists');
    const { stderr } = await run(['create', '-f', '-'], routes, { stdin: manifest('a') });
    expect(stderr).toBe(
      'Error from server (AlreadyExists): error when creating "STDIN": configmaps "a" already exists\n',
    );
  });

  test('a dry run in the client sends nothing and prints the object', async () => {
    const { stdout, requests } = await run(
      ['create', '-f', '-', '--dry-run=client', '-oyaml'],
      {},
      { stdin: manifest('a') },
    );
    expect(stdout).toBe('apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: default\n');
    expect(requests).toEqual([]);
  });
});
