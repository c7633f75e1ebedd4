import { expect, test } from 'vitest';
import type { ApiRequest } from '../../../src/kube/cluster.ts';
import { failure, type RunOptions, run } from '../fake-cluster.ts';

const path = '/api/v1/namespaces/default/pods';

const pod = (
  name: string,
  more: { labels?: object; state?: object; restarts?: number; containers?: string[] } = {},
) => ({
  metadata: { name, namespace: 'default', uid: name, labels: more.labels ?? {} },
  spec: { containers: (more.containers ?? ['main']).map((each) => ({ name: each })) },
  status: {
    phase: 'Running',
    containerStatuses: (more.containers ?? ['main']).map((each) => ({
      name: each,
      restartCount: more.restarts ?? 0,
      state: more.state ?? { running: {} },
    })),
  },
});

const at = (second: number, text: string) => `2026-01-02T03:00:0${second}.000000000Z ${text}\n`;

const pods = [
  pod('web-559b88546f-c4bcl', { labels: { 'pod-template-hash': '559b88546f' } }),
  pod('web-559b88546f-x7k2p', { labels: { 'pod-template-hash': '559b88546f' }, restarts: 2 }),
  pod('db-0', { containers: ['db', 'backup'] }),
  pod('late-1', { state: { waiting: { reason: 'ImagePullBackOff' } } }),
];
const routes = {
  [`GET ${path}`]: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods },
  [`GET ${path}/web-559b88546f-c4bcl`]: { apiVersion: 'v1', kind: 'Pod', ...pods[0] },
  [`GET ${path}/web-559b88546f-c4bcl/log`]: at(1, 'level=info msg="first of all"') + at(4, 'ERROR 서버 fourth'),
  [`GET ${path}/web-559b88546f-x7k2p/log`]:
    at(2, '{"level":"warn","msg":"second","user":{"id":7},"ts":1767322802}') + at(3, 'plain third'),
  [`GET ${path}/db-0/log`]: ({ query }: ApiRequest) => at(5, `from ${query?.container}`),
};

const logs = (words: string[], options: RunOptions = {}) =>
  run(['logs', ...words], routes, { tool: 'kctl', ...options });

test('a pattern: lines of all its pods in order of time, ten of each', async () => {
  const { stdout, code, requests } = await logs(['web-*']);
  expect(stdout.split('\n')).toEqual([
    '[pod/web-559b88546f-c4bcl/main] level=info msg="first of all"',
    '[pod/web-559b88546f-x7k2p/main] {"level":"warn","msg":"second","user":{"id":7},"ts":1767322802}',
    '[pod/web-559b88546f-x7k2p/main] plain third',
    '[pod/web-559b88546f-c4bcl/main] ERROR 서버 fourth',
    '',
  ]);
  expect(code).toBe(0);
  expect(requests[1]!.query).toMatchObject({ tailLines: 10, timestamps: true });
});

test('an expression between slashes, and pods and containers left out', async () => {
  expect((await logs(['/^(web|db)/', '--exclude-pod', '*-c4bcl', '--tail=5'])).stdout).toMatch(
    /^\[pod\/web-559b88546f-x7k2p\/main\] .*second.*\n.*third\n\[pod\/db-0\/db\] from db\n$/s,
  );
  expect((await logs(['db*', '--exclude-container=db'])).stdout).toBe('[pod/db-0/backup] from backup\n');
  expect((await logs(['db*', '-c', '*'])).stdout).toBe('[pod/db-0/db] from db\n[pod/db-0/backup] from backup\n');
});

test('which lines: included, left out, in any case', async () => {
  expect((await logs(['web-*', '--include', 'error', '-i'])).stdout).toBe(
    '[pod/web-559b88546f-c4bcl/main] ERROR 서버 fourth\n',
  );
  expect((await logs(['web-*', '--include=first', '--include=third', '--exclude=plain'])).stdout).toBe(
    '[pod/web-559b88546f-c4bcl/main] level=info msg="first of all"\n',
  );
});

test('a level: of JSON, of logfmt, of text; what has none goes with the line before', async () => {
  const { stdout } = await logs(['web-*', '--level=warn', '--prefix=false']);
  expect(stdout).toBe(
    '{"level":"warn","msg":"second","user":{"id":7},"ts":1767322802}\nplain third\nERROR 서버 fourth\n',
  );
});

test('fields of lines that are data; picked ones alone', async () => {
  expect((await logs(['web-*', '--json', '--prefix=false'])).stdout.split('\n')).toEqual([
    'INFO  first of all',
    '2026-01-02T03:00:02.000Z WARN  second user={"id":7}',
    'plain third',
    'ERROR 서버 fourth',
    '',
  ]);
  expect((await logs(['web-*', '--json=.level,user.id', '--include=second', '--prefix=false'])).stdout).toBe(
    'warn 7\n',
  );
});

test('objects for programs', async () => {
  const { stdout } = await logs(['db-?', '-o', 'json']);
  expect(JSON.parse(stdout)).toEqual({
    namespace: 'default',
    pod: 'db-0',
    container: 'db',
    time: '2026-01-02T03:00:05.000000000Z',
    line: 'from db',
  });
});

test('one pod by its name has no prefix; a container that has not started is told of', async () => {
  expect((await logs(['web-559b88546f-c4bcl', '--include=first'])).stdout).toBe('level=info msg="first of all"\n');
  const { stderr, code } = await logs(['late-*']);
  expect(stderr).toBe('· late-1 main has no log yet: ImagePullBackOff\n');
  expect(code).toBe(0);
});

test('a log that cannot be read is told of, the others come, and the exit code is 1', async () => {
  const refusing = {
    ...routes,
    [`GET ${path}/db-0/log`]: failure(403, 'Forbidden', 'pods "db-0" is forbidden'),
  };
  const { stdout, stderr, code } = await run(['logs', '/web|db/', '--tail=1'], refusing, { tool: 'kctl' });
  expect(stdout).toContain('fourth');
  expect(stderr).toContain('✖ db-0 db: ');
  expect(code).toBe(1);
  expect((await run(['logs', '/web|db/', '--ignore-errors'], refusing, { tool: 'kctl' })).code).toBe(0);
});

test('a pod that went away meanwhile is no failure', async () => {
  const going = { ...pods[2]!, metadata: { ...pods[2]!.metadata, deletionTimestamp: '2026-01-02T03:00:00Z' } };
  const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [...pods.slice(0, 2), going] };
  for (const more of [
    { [`GET ${path}/db-0/log`]: failure(404, 'NotFound', 'pods "db-0" not found') },
    { [`GET ${path}`]: list, [`GET ${path}/db-0/log`]: failure(400, 'BadRequest', 'container "db" is terminated') },
  ]) {
    const { stdout, stderr, code } = await run(
      ['logs', '/web|db/', '--tail=1'],
      { ...routes, ...more },
      { tool: 'kctl' },
    );
    expect(stdout).toContain('fourth');
    expect(stderr.split('\n').slice(1)).toEqual(['· db-0 db is being deleted: no log', '']);
    expect(code).toBe(0);
  }
});

test('on a terminal: short names in colour, marks, nothing raw', async () => {
  const hostile = { ...routes, [`GET ${path}/web-559b88546f-x7k2p/log`]: at(2, '\u001b]0;title\u0007 ERROR here') };
  const env = { TERM: 'xterm-256color' };
  const { stdout } = await run(['logs', 'web-*', '--highlight=ERROR'], hostile, { tool: 'kctl', terminal: true, env });
  expect(stdout).toMatch(/^\u001b\[\d+mweb-c4bcl\u001b\[0m \u001b\[2mmain\u001b\[0m │ level=info/);
  expect(stdout).toContain('\u001b[30;43mERROR\u001b[0m 서버');
  expect(stdout).toContain('^[]0;title\\x07 ');
});

test('--since takes days and times beside durations, and goes to the server as a moment', async () => {
  const { requests } = await logs(['web-*', '--since=2026-01-02']);
  expect(requests.at(-1)!.query).toMatchObject({
    sinceTime: new Date(2026, 0, 2).toISOString(),
    tailLines: undefined,
  });
  const plain = await run(['logs', 'web-559b88546f-c4bcl', '--since=2d'], routes, { tool: 'kctl' });
  expect(plain.requests.at(-1)!.query).toMatchObject({ sinceSeconds: 172_800 });
});

test.each([
  [['web-*', '--include=('], 'error: "(" is no regular expression: unterminated group\n'],
  [['web-*', '--level=loud'], 'error: --level must be one of trace, debug, info, warn, error, fatal, not "loud"\n'],
  [['nope-*'], 'error: no pod matches nope-* in default namespace\n'],
  [
    ['-l', 'a=b', 'web', '--highlight=x'],
    "error: only a selector (-l) or a POD name is allowed\nSee 'kctl logs -h' for help and examples\n",
  ],
  [
    ['nope', '--highlight=x'],
    'error: error from server (NotFound): the server could not find the requested resource in namespace "default"\n',
  ],
  [['db-0', 'web-*', '-A'], 'error: a resource cannot be retrieved by name across all namespaces\n'],
  [
    ['web', '--since=soon'],
    `error: invalid argument "soon" for "--since" flag: time: invalid duration "soon"\nSee 'kctl logs --help' for usage.\n`,
  ],
])('%j is refused', async (words, stderr) => {
  expect(await logs(words)).toMatchObject({ stdout: '', stderr, code: 1 });
});

test('flags of our own without a word ask for one', async () => {
  const { stderr, code } = await logs(['--include=x']);
  expect(stderr).toContain('expected pods, patterns or workloads');
  expect(code).toBe(1);
});

test('under the name kubectl nothing of it is there', async () => {
  const options = { tool: 'kubectl' };
  expect((await logs(['web-*'], options)).stderr).toContain('NotFound');
  expect((await logs(['web', '--since=2d'], options)).stderr).toContain('time: unknown unit "d" in duration "2d"');
  const { requests } = await logs(['-l', 'app=web', '-c', 'main'], options);
  expect(requests.map(({ query }) => query?.timestamps)).not.toContain(true);
});

test('two plain words are a pod and its container still', async () => {
  const { requests } = await logs(['web-559b88546f-c4bcl', 'main', '--highlight=x']);
  expect(requests.at(-1)!.query).toMatchObject({ container: 'main' });
});

test('names of a hostile server do not steer a terminal either', async () => {
  const name = 'x\u001b[2J\u0007';
  const hostile = {
    [`GET ${path}`]: {
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: {},
      items: [pod(name), pod('x\u001b]0;t', { state: {} })],
    },
    [`GET ${path}/${encodeURIComponent(name)}/log`]: at(1, '{"msg":"m\\u001b[2J","k\\u0007":"v\\u001b]0;t"}'),
  };
  const options = { tool: 'kctl', terminal: true, env: { TERM: 'xterm-256color' } };
  const { stdout, stderr } = await run(['logs', 'x*', '--json', '--highlight=m'], hostile, options);
  expect(stdout).toContain('^[[2J');
  for (const text of [stdout, stderr]) {
    expect(text.replace(/\u001b\[[\d;]*m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  }
});
