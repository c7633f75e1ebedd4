import { describe, expect, test } from 'vitest';
import { run } from './fake-cluster.ts';

const colours = /\u001b\[[\d;]*m/g;
const path = 'GET /api/v1/pods';
const columns = [
  { name: 'Name', type: 'string', format: 'name' },
  { name: 'Ready', type: 'string' },
  { name: 'Status', type: 'string' },
  { name: 'Age', type: 'string' },
];
const row = (name: string, ready: string, status: string) => ({
  cells: [name, ready, status, '3d'],
  object: { apiVersion: 'v1', kind: 'PartialObjectMetadata', metadata: { name, namespace: 'shop' } },
});
const pods = {
  kind: 'Table',
  apiVersion: 'meta.k8s.io/v1',
  metadata: {},
  columnDefinitions: columns,
  rows: [row('web', '1/1', 'Running'), row('가게', '0/1', 'CrashLoopBackOff'), row('x\u001b[31mred', '1/1', 'Running')],
};
const get = (options: object, line = ['get', 'pods', '-A', '--show-kind']) => run(line, { [path]: pods }, options);
const terminal = { terminal: true, tool: 'kctl', env: { TERM: 'xterm' } };

describe('colours of get', () => {
  test('take no room: without them a terminal shows what a pipe gets', async () => {
    const [painted, plain] = await Promise.all([get(terminal), get({ tool: 'kctl' })]);
    expect(painted.stdout).not.toBe(plain.stdout);
    expect(plain.stdout).not.toContain('\u001b');
    expect(painted.stdout.replace(colours, '')).toBe(plain.stdout);
    expect(plain.stdout).toContain('pod/x^[[31mred');
  });

  test('say what cells mean', async () => {
    const { stdout } = await get(terminal);
    expect(stdout).toContain('\u001b[1mSTATUS\u001b[0m');
    expect(stdout).toContain('\u001b[36mpod/\u001b[0mweb ');
    expect(stdout).toContain('\u001b[32mRunning\u001b[0m ');
    expect(stdout).toContain('\u001b[31mCrashLoopBackOff\u001b[0m ');
    expect(stdout).toContain('\u001b[35mshop\u001b[0m ');
  });

  test.each([
    ['under NO_COLOR', { ...terminal, env: { TERM: 'xterm', NO_COLOR: '1' } }],
    ['on a dumb terminal', { ...terminal, env: { TERM: 'dumb' } }],
    ['as kubectl', { ...terminal, tool: 'kubectl' }],
    ['as kubectl, whatever FORCE_COLOR says', { tool: 'kubectl', env: { FORCE_COLOR: '1' } }],
  ])('are left out %s', async (_when, options) => {
    expect((await get(options)).stdout).not.toContain('\u001b');
  });

  test('come onto a pipe where FORCE_COLOR asks for them', async () => {
    expect((await get({ tool: 'kctl', env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[32mRunning');
  });

  test('are those of the chosen theme; one that is not there is told, and no reason to fail', async () => {
    const env = { TERM: 'xterm', COLORTERM: 'truecolor', HOME: '/nowhere', KCTL_THEME: 'default-dark' };
    expect((await get({ ...terminal, env })).stdout).toContain('\u001b[38;2;126;226;168mRunning');
    const none = await get({ ...terminal, env: { ...env, KCTL_THEME: 'nope' } });
    expect(none.stdout).toContain('\u001b[32mRunning');
    expect(none.stderr.replace(colours, '')).toContain('Warning: there is no theme "nope"');
    expect(none.code).toBe(0);
  });
});

describe('colours of whole objects', () => {
  const path = 'GET /api/v1/namespaces/default/configmaps/x';
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b\u001b[31mc' } };
  const shown = (format: string, options: object) => run(['get', 'cm', 'x', '-o', format], { [path]: object }, options);

  test.each(['yaml', 'json'])('%s is painted on a terminal, and says the same', async (format) => {
    const [painted, plain] = await Promise.all([shown(format, terminal), shown(format, { tool: 'kctl' })]);
    expect(painted.stdout).toMatch(/\u001b\[36m"?kind"?\u001b\[0m: /);
    expect(painted.stdout.replace(colours, '')).toBe(plain.stdout.replaceAll('\u001b', '^['));
  });

  test.each(['yaml', 'json'])('%s on a pipe is for programs, whatever FORCE_COLOR says', async (format) => {
    expect((await shown(format, { tool: 'kctl', env: { FORCE_COLOR: '1' } })).stdout).not.toContain('\u001b[36m');
  });

  test('other formats are never painted', async () => {
    expect((await shown('name', terminal)).stdout).toBe('configmap/x\n');
  });
});
