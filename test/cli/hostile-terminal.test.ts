import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { guardTerminals } from '../../src/lib/terminal-guard.ts';
import { failure, type Routes, run } from '../commands/fake-cluster.ts';

/** Retitles the window, clears the screen, and does both once more with C1 controls; then turns text around. */
/** A colour that is in no theme: what colours the cluster's text on a terminal may be ours alone. */
const foreignColour = '38;5;201';
const evil = `a\u001b]0;owned\u0007\u001b[2J\u009b2J\u001b[${foreignColour}m\r\u202eb`;
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: evil,
    namespace: evil,
    labels: { [evil]: evil },
    annotations: { [evil]: evil },
    creationTimestamp: evil,
    ownerReferences: [{ kind: evil, name: evil, controller: true }],
  },
  spec: {
    nodeName: evil,
    containers: [{ name: evil, image: evil, command: [evil], env: [{ name: evil, value: evil }] }],
  },
  status: {
    phase: evil,
    podIP: evil,
    message: evil,
    reason: evil,
    conditions: [{ type: evil, status: evil, message: evil }],
  },
};
const table = {
  apiVersion: 'meta.k8s.io/v1',
  kind: 'Table',
  metadata: { resourceVersion: '1' },
  columnDefinitions: [{ name: evil, type: 'string', format: 'name', priority: 0 }],
  rows: [{ cells: [evil], object: { metadata: pod.metadata } }],
};
const list = { apiVersion: 'v1', kind: 'PodList', metadata: {}, items: [pod] };
const refusal = failure(422, 'Invalid', evil, {
  kind: evil,
  name: evil,
  causes: [{ reason: evil, field: evil, message: evil }],
});
const routes: Routes = {
  'GET /api/v1/namespaces/default/pods': ({ accept }) => (accept?.includes('Table') ? table : list),
  'GET /api/v1/namespaces/default/pods/x': ({ accept }) => (accept?.includes('Table') ? table : pod),
  'GET /api/v1/namespaces/default/pods/bad': refusal,
  'GET /api/v1/namespaces/default/pods/x/log': `${evil}\n${evil}`,
  'GET /api/v1/namespaces/default/pods/': list,
  'DELETE /api/v1/namespaces/default/pods/x': refusal,
  'PATCH /api/v1/namespaces/default/pods/x': pod,
  'GET /version': { major: evil, minor: evil, gitVersion: evil },
  'GET /evil': evil,
};

test.each(
  [
    'get pods',
    'get pods --show-labels',
    'get pods -o wide',
    'get pods -o name',
    'get pods -o json',
    'get pods -o yaml',
    'get pods -o jsonpath={.items[*].metadata.name}',
    'get pods -o custom-columns=N:.metadata.name',
    'get pods -o go-template={{range.items}}{{.metadata.name}}{{end}}',
    'get pod bad',
    'get --raw /evil',
    'describe pod x',
    'logs x --prefix',
    'logs x',
    'label pod x a=b',
    'annotate pod x a=b',
    'patch pod x -p {}',
    'delete pod x --wait=false',
    'version',
    `get ${evil}`,
    `get pod ${evil}`,
    `config use-context ${evil}`,
  ].map((line) => [line.replace(evil, 'EVIL'), line]),
)('kctl %s writes nothing to a terminal that could steer it', async (title, line) => {
  const { stdout, stderr } = await run(line.split(' '), routes, { terminal: true, warnings: [evil], tool: 'kctl' });
  expect(stdout + stderr).not.toBe('');
  // The colours that are our own: of a warning, of cells, and of a log line's end.
  if (!title.startsWith('logs')) expect(stdout + stderr).not.toContain(`\u001b[${foreignColour}m`);
  expect((stdout + stderr).replaceAll(/\u001b\[[\d;]*m/g, '')).not.toMatch(unsafe);
});

test('a pipe gets every byte as it is', async () => {
  const { stdout } = await run(['get', 'pods', '-o', 'jsonpath={.items[*].metadata.name}'], routes);
  expect(stdout).toBe(evil);
});

test('a character that comes in two pieces is one character', () => {
  const written: string[] = [];
  const terminal = Object.assign(
    new Writable({ write: (chunk, _encoding, done) => done(void written.push(`${chunk}`)) }),
    {
      isTTY: true,
    },
  );
  const { stdout } = guardTerminals({
    stdin: Readable.from([]),
    stdout: terminal,
    stderr: terminal,
    env: {},
    cwd: '.',
  });
  const bytes = Buffer.from('가나');
  for (const piece of [bytes.subarray(0, 2), bytes.subarray(2)]) stdout.write(piece);
  expect(written.join('')).toBe('가나');
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kctl-hostile-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['ctx', 'config get-contexts', 'config get-contexts -o name', 'config current-context', 'config view'])(
  'kctl %s shows the names of a kubeconfig from a stranger safely',
  async (line) => {
    const file = join(folder, 'config');
    const name = JSON.stringify(evil);
    await writeFile(
      file,
      `{"apiVersion":"v1","kind":"Config","current-context":${name},"contexts":[{"name":${name},"context":{"cluster":${name},"user":${name},"namespace":${name}}}],"clusters":[{"name":${name},"cluster":{"server":"https://127.0.0.1:1"}}],"users":[{"name":${name},"user":{"username":${name}}}]}`,
    );
    let text = '';
    const terminal = Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          text += chunk;
          done();
        },
      }),
      { isTTY: true, columns: 80, rows: 24 },
    );
    const io = {
      stdin: Readable.from([]),
      stdout: terminal,
      stderr: terminal,
      env: { KUBECONFIG: file, HOME: folder },
      cwd: folder,
    };
    await main(line.split(' '), io, 'kctl');
    expect(text).toContain('owned');
    expect(text).not.toMatch(unsafe);
  },
);
