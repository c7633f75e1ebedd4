import { describe, expect, test } from 'vitest';
import { failure, run, table } from './fake-cluster.ts';

const pods = '/api/v1/namespaces/default/pods';
const pod = (name: string, fields: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', managedFields: [{ manager: 'x' }] },
  ...fields,
});

describe('tables', () => {
  test('a list is asked for as a table, in pages', async () => {
    const { stdout, stderr, code, requests } = await run(['get', 'po'], {
      [`GET ${pods}`]: ({ query }) =>
        query?.continue ? table([{ name: 'b' }]) : { ...table([{ name: 'a' }]), metadata: { continue: 'more' } },
    });
    expect({ stdout, stderr, code }).toEqual({ stdout: 'NAME   AGE\na      5m\nb      5m\n', stderr: '', code: 0 });
    expect(requests.map(({ query }) => query?.limit)).toEqual([500, 500]);
    expect(requests[0]!.accept).toMatch(/^application\/json;as=Table;v=v1;g=meta\.k8s\.io,/);
  });

  test('on a pipe the columns of all pages line up, and what came before a failure is shown', async () => {
    const first = { ...table([{ name: 'a' }]), metadata: { continue: 'more' } };
    const line = ['get', 'po'];
    const whole = await run(line, {
      [`GET ${pods}`]: ({ query }) => (query?.continue ? table([{ name: 'much-longer' }]) : first),
    });
    expect(whole.stdout).toBe('NAME          AGE\na             5m\nmuch-longer   5m\n');
    const cut = await run(line, {
      [`GET ${pods}`]: ({ query }) => (query?.continue ? failure(500, 'InternalError', 'no more') : first),
    });
    expect(cut).toMatchObject({ stdout: 'NAME   AGE\na      5m\n', code: 1 });
    expect(cut.stderr).toContain('no more');
  });

  test('selectors go to the server, columns and labels are the printer’s', async () => {
    const line = ['get', 'pods', '-lapp=x', '--field-selector=a=b', '-L', 'app', '--show-labels', '-A', '-owide'];
    const { stdout, requests } = await run(line, {
      'GET /api/v1/pods': table([{ name: 'a', namespace: 'shop', labels: { app: 'x' } }]),
    });
    expect(stdout).toBe(
      'NAMESPACE   NAME   AGE   NODE     APP   LABELS\nshop        a      5m    node-1   x     app=x\n',
    );
    expect(requests[0]!.query).toMatchObject({ labelSelector: 'app=x', fieldSelector: 'a=b' });
  });

  test('several kinds carry their kind and stand apart; kinds that are not there do not count', async () => {
    const routes = {
      'GET /apis/apps/v1/namespaces/default/deployments': table([{ name: 'web' }]),
      'GET /api/v1/namespaces/default/services': table([{ name: 'web' }]),
      'GET /api/v1/namespaces/default/services/web': table([{ name: 'web' }]),
    };
    const both = await run(['get', 'deploy,svc'], routes);
    expect(both.stdout).toBe(
      'NAME                  AGE\ndeployment.apps/web   5m\n\nNAME          AGE\nservice/web   5m\n',
    );
    const one = await run(['get', 'cm/none', 'svc/web', '--ignore-not-found'], routes);
    expect(one).toMatchObject({ stdout: 'NAME   AGE\nweb    5m\n', code: 0 });
  });

  test('over all namespaces, kinds without one come after one with its column', async () => {
    const routes = {
      'GET /api/v1/nodes': table([{ name: 'n', namespace: '' }]),
      'GET /api/v1/pods': table([{ name: 'p' }]),
    };
    expect((await run(['get', 'no,po', '-A', '--no-headers'], routes)).stdout).toBe(
      'node/n   5m\ndefault   pod/p   5m\n',
    );
    expect((await run(['get', 'po,no', '-A', '--no-headers'], routes)).stdout).toBe(
      'default   pod/p   5m\n      node/n   5m\n',
    );
  });

  test('what is found is printed before what is not', async () => {
    const { stdout, stderr, code } = await run(['get', 'pod', 'a', 'b'], {
      [`GET ${pods}/a`]: table([{ name: 'a' }]),
      [`GET ${pods}/b`]: failure(404, 'NotFound', 'pods "b" not found'),
    });
    expect({ stdout, stderr, code }).toEqual({
      stdout: 'NAME   AGE\na      5m\n',
      stderr: 'Error from server (NotFound): pods "b" not found\n',
      code: 1,
    });
  });

  test('sorting asks for whole objects at once', async () => {
    const rows = [3, 1, 2].map((at) => ({ cells: [`p${at}`, '1m', ''], object: pod(`p${at}`, { spec: { at } }) }));
    const { stdout, requests } = await run(['get', 'pods', '--sort-by=.spec.at', '--no-headers'], {
      [`GET ${pods}`]: { ...table([]), rows },
    });
    expect(stdout.match(/p\d/g)).toEqual(['p1', 'p2', 'p3']);
    expect(requests[0]!.query).toMatchObject({ includeObject: 'Object', limit: undefined });
  });
});

describe('nothing there', () => {
  test.each([
    [['get', 'pods'], 'No resources found in default namespace.\n'],
    [['get', 'pods', '-n', 'shop'], 'No resources found in shop namespace.\n'],
    [['get', 'pods', '-A'], 'No resources found\n'],
    [['get', 'nodes'], 'No resources found\n'],
    [['get', 'pods', '--ignore-not-found'], ''],
  ])('%j', async (line, stderr) => {
    const empty = table([]);
    const routes = {
      [`GET ${pods}`]: empty,
      'GET /api/v1/namespaces/shop/pods': empty,
      'GET /api/v1/pods': empty,
      'GET /api/v1/nodes': empty,
    };
    expect(await run(line, routes)).toMatchObject({ stdout: '', stderr, code: 0 });
  });
});

describe('objects', () => {
  const list = { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '9' }, items: [pod('a'), pod('b')] };

  test('one object is bare and without managedFields', async () => {
    const { stdout } = await run(['get', 'pod/a', '-oyaml'], { [`GET ${pods}/a`]: pod('a') });
    expect(stdout).toBe('apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: default\n');
  });

  test('several are a list of v1', async () => {
    const { stdout } = await run(['get', 'pods', '-o', 'json'], { [`GET ${pods}`]: list });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion: '' },
      items: [{ kind: 'Pod' }, { kind: 'Pod' }],
    });
  });

  test.each([
    ['name', 'pod/a\npod/b\n'],
    ['jsonpath={.items[*].metadata.name}', 'a b'],
    ['custom-columns=N:.metadata.name', 'N\na\nb\n'],
  ])('-o %s', async (format, stdout) => {
    expect(await run(['get', 'pods', '-o', format], { [`GET ${pods}`]: list })).toMatchObject({ stdout, code: 0 });
  });

  test('--raw copies the answer', async () => {
    expect(await run(['get', '--raw', '/version'], { 'GET /version': '{"a": 1}' })).toMatchObject({
      stdout: '{"a": 1}',
    });
  });
});

describe('refusals', () => {
  test.each([
    [['get', 'gadgets'], 'error: the server doesn\'t have a resource type "gadgets"\n'],
    [['get', 'pod', 'a', '-A'], 'error: a resource cannot be retrieved by name across all namespaces\n'],
    [['get', 'pod', 'a', '-l', 'x=y'], 'error: name cannot be provided when a selector is specified\n'],
    [['get', 'pod/a/b'], 'error: arguments in resource/name form may not have more than one slash\n'],
    [['get', 'pod/'], 'error: arguments in resource/name form must have a single resource and name\n'],
    [['get', 'pods', '--subresource=status'], 'error: subresource cannot be used when bulk resources are specified\n'],
    [['get', 'pods,svc', '-w'], 'error: you may only specify a single resource type\n'],
    [
      ['get', 'pods', '-o', 'sideways'],
      'error: unable to match a printer suitable for the output format "sideways", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml\n',
    ],
    [['get', 'pods', '--no-such'], "error: unknown flag: --no-such\nSee 'kubectl get --help' for usage.\n"],
    [['gett'], 'error: unknown command "gett" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n'],
  ])('%j', async (line, stderr) => {
    expect(await run(line)).toMatchObject({ stdout: '', stderr, code: 1 });
  });

  test('warnings are printed, and are errors where that was asked for', async () => {
    const routes = { [`GET ${pods}`]: table([{ name: 'a' }]) };
    const { stderr, code } = await run(['get', 'pods', '--warnings-as-errors'], routes, { warnings: ['old API'] });
    expect({ stderr, code }).toEqual({ stderr: 'Warning: old API\nerror: 1 warning received\n', code: 1 });
  });
});

test('a watch with --request-timeout ends when the time is over', async () => {
  const { stdout, code } = await run(['get', 'pods', '-w', '--request-timeout=60ms'], {
    [`GET ${pods}`]: ({ query }) => (query?.watch ? '' : table([{ name: 'a' }])),
  });
  expect({ stdout, code }).toEqual({ stdout: 'NAME   AGE\na      5m\n', code: 0 });
});

test.each(['a%b', '..'])('the name %s never reaches the server', async (name) => {
  const { stderr, code, requests } = await run(['get', 'pods', name]);
  expect(stderr).toMatch(/^error: invalid resource name ".*": \[may not .*\]\n$/);
  expect({ code, requests }).toEqual({ code: 1, requests: [] });
});

test('a file of a template that is not there is named', async () => {
  expect((await run(['get', 'pods', '-o', 'jsonpath-file=/nope'])).stderr).toBe(
    'error: error reading --template /nope, open /nope: no such file or directory\n',
  );
});
