import { expect, test } from 'vitest';
import { failure, type Routes, run } from './fake-cluster.ts';

const path = '/api/v1/namespaces/default/pods';
const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name } });
const list = (...names: string[]) => ({
  apiVersion: 'v1',
  kind: 'PodList',
  metadata: { resourceVersion: '5' },
  items: names.map(pod),
});

/** Pods that are gone as soon as they are deleted. */
function pods(...names: string[]): Routes {
  const left = new Set(names);
  const routes: Routes = {
    [`GET ${path}`]: ({ query }) => {
      const name = /metadata\.name=(\w+)/.exec(String(query?.fieldSelector))?.[1];
      return list(...[...left].filter((each) => name === undefined || each === name));
    },
  };
  for (const name of names) {
    routes[`DELETE ${path}/${name}`] = () => {
      if (!left.delete(name)) return failure(404, 'NotFound', `pods "${name}" not found`);
      return { kind: 'Status', status: 'Success', details: { uid: name } };
    };
  }
  return routes;
}

test('what is missing is told, and then nothing is waited for', async () => {
  const { stdout, stderr, code, requests } = await run(['delete', 'pod', 'a', 'b', 'c'], {
    ...pods('a', 'b'),
    [`DELETE ${path}/c`]: failure(404, 'NotFound', 'pods "c" not found'),
  });
  expect(stdout).toBe('pod "a" deleted\npod "b" deleted\n');
  expect(stderr).toBe('Error from server (NotFound): pods "c" not found\n');
  expect(code).toBe(1);
  expect(JSON.parse(String(requests[0]!.body))).toEqual({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
  });
  expect(requests.filter(({ method }) => method === 'GET')).toEqual([]);
});

test('names are deleted and waited for', async () => {
  const { stdout, code, requests } = await run(['delete', 'pod', 'a', 'b'], pods('a', 'b'));
  expect(stdout).toBe('pod "a" deleted\npod "b" deleted\n');
  expect(code).toBe(0);
  const lists = requests.filter(({ method, query }) => method === 'GET' && query?.watch === undefined);
  expect(lists.map(({ query }) => query?.fieldSelector)).toEqual(['metadata.name=a', 'metadata.name=b']);
});

test('without waiting nothing is asked afterwards', async () => {
  const { requests } = await run(['delete', 'pod/a', '--wait=false'], pods('a'));
  expect(requests).toHaveLength(1);
});

test.each([
  [['--force'], { gracePeriodSeconds: 0 }, 'pod "a" force deleted\n'],
  [['--now'], { gracePeriodSeconds: 1 }, 'pod "a" deleted\n'],
  [['--grace-period=0'], { gracePeriodSeconds: 1 }, 'pod "a" deleted\n'],
  [['--grace-period=7'], { gracePeriodSeconds: 7 }, 'pod "a" deleted\n'],
  [['--cascade=orphan'], { propagationPolicy: 'Orphan' }, 'pod "a" deleted\n'],
  [['--cascade'], { propagationPolicy: 'Background' }, 'pod "a" deleted\n'],
  [['--dry-run=server'], { dryRun: ['All'] }, 'pod "a" deleted (server dry run)\n'],
  [['-o', 'name'], {}, 'pod/a\n'],
])('%j', async (flags, body, stdout) => {
  const ran = await run(['delete', 'pod', 'a', ...flags], pods('a'));
  expect(ran).toMatchObject({ stdout, code: 0 });
  expect(JSON.parse(String(ran.requests[0]!.body))).toMatchObject(body);
});

test('a dry run in the client sends nothing', async () => {
  const { stdout, requests } = await run(['delete', 'pod', 'a', '--dry-run=client'], {});
  expect(stdout).toBe('pod "a" deleted (dry run)\n');
  expect(requests).toEqual([]);
});

test('--all and selectors list first; nothing to delete is said on standard output', async () => {
  expect(await run(['delete', 'pods', '--all'], pods('a', 'b'))).toMatchObject({
    stdout: 'pod "a" deleted\npod "b" deleted\n',
  });
  const none = await run(['delete', 'pods', '-l', 'x=y'], pods());
  expect(none).toMatchObject({ stdout: 'No resources found\n', stderr: '', code: 0 });
  expect(none.requests[0]!.query).toMatchObject({ labelSelector: 'x=y' });
});

test('-i asks; only y is a yes', async () => {
  const question = 'You are about to delete the following 1 resource(s):\npod/a\nDo you want to continue? (y/n): ';
  const no = await run(['delete', 'pod', 'a', '-i'], pods('a'), { stdin: 'n\n' });
  expect(no.stdout).toBe(`${question}deletion is cancelled\n`);
  expect(no.requests).toEqual([]);
  const word = await run(['delete', 'pod', 'a', '-i'], pods('a'), { stdin: 'yes\n' });
  expect(word.stdout).toBe(`${question}deletion is cancelled\n`);
  const yes = await run(['delete', 'pod', 'a', '-i'], pods('a'), { stdin: 'y\n' });
  expect(yes.stdout).toBe(`${question}pod "a" deleted\n`);
});

test.each([
  [['delete', 'pods'], 'error: resource(s) were provided, but no name was specified\n'],
  [['delete', 'pods', '--all', '-l', 'a=b'], "error: setting 'all' parameter but found a non empty selector. \n"],
  [
    ['delete', 'pod', 'a', '--now', '--grace-period=5'],
    'error: --now and --grace-period cannot be specified together\n',
  ],
  [['delete', 'pod', 'a', '-o', 'json'], "error: unexpected -o output mode: json. We only support '-o name'\n"],
  [
    ['delete', 'pod', 'a', '--cascade=foo'],
    'error: invalid cascade value (foo). Must be "background", "foreground", or "orphan"\n',
  ],
])('%j is refused', async (line, stderr) => {
  expect(await run(line, pods('a'))).toMatchObject({ stdout: '', stderr, code: 1 });
});

test.each([
  [['delete', 'pod', '']],
  [['delete', '-f', '-']],
  [['replace', '--force', '-f', '-']],
  [['drain', '', '--force']],
])('%j without a name deletes nothing', async (line) => {
  const { stderr, code, requests } = await run(line, pods('a'), { stdin: 'apiVersion: v1\nkind: Pod\n' });
  expect(stderr).toContain('resource name may not be empty\n');
  expect(code).toBe(1);
  expect(requests).toEqual([]);
});
