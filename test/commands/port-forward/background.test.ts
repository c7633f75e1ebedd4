import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Sandbox, sandboxWithCluster } from '../../support/program.ts';

/** The program as users run it: each call is a process of its own. */
let box: Sandbox;
let hosts: string;
const keepers: number[] = [];

beforeAll(() => {
  box = sandboxWithCluster();
  hosts = join(box.home, 'hosts');
  box.env.KCTL_HOSTS_FILE = hosts;
  writeFileSync(hosts, '127.0.0.1 localhost\n');
});
afterAll(async () => {
  box.kctl(['pf', 'down', 'all']);
  await eventually(() => keepers.every((pid) => !isThere(pid)), 'the end of all that kept forwards');
  box.dispose();
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

interface Listed {
  name: string;
  url: string;
  phase: string;
  set: string;
  keeper: { pid: number; kind: string };
}

function list(): Listed[] {
  const { forwards } = JSON.parse(box.kctl(['pf', 'list', '-o', 'json']).stdout) as { forwards: Listed[] };
  keepers.push(...forwards.map(({ keeper }) => keeper.pid));
  return forwards;
}

const status = async (url: string): Promise<number> => (await fetch(url)).status;

test('a forward in the background outlives its command, is seen and stopped by any other', async () => {
  const ran = box.kctl(['pf', 'web', 'redis', '--background']);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stdout).toMatch(
    /^web: http:\/\/localhost:\d+ -> service\/web:80\nredis: localhost:\d+ -> service\/redis:6379\n$/,
  );
  const [web, redis] = list();
  expect([web!.keeper.kind, web!.phase, redis!.keeper.pid]).toEqual(['background', 'forwarding', web!.keeper.pid]);
  expect(await status(web!.url)).toBe(200);
  expect(box.kctl(['pf', 'down', 'web']).stdout).toBe(`web stopped (${web!.url})\n`);
  expect(list().map(({ name }) => name)).toEqual(['redis']);
  expect(box.kctl(['pf', 'down', 'nope'])).toMatchObject({
    code: 1,
    stderr: 'error: nothing is forwarded that is called "nope"\nSee kctl pf list.\n',
  });
  box.kctl(['pf', 'down']);
  await eventually(() => !isThere(redis!.keeper.pid), 'the end of who has nothing left to keep');
});

test('a saved set starts again; who kept it and was killed is noticed', async () => {
  const saved = box.kctl(['pf', 'save', 'shop', 'web', 'rdis=:6379']);
  expect(saved.stdout).toMatch(/^set shop saved: web@default@\S+ rdis@default@\S+=:6379\n/);
  expect(box.kctl(['pf', 'up', 'shop', '--background']).code).toBe(0);
  const running = list();
  expect(running.map(({ name, set }) => [name, set])).toEqual([
    ['web', 'shop'],
    ['redis', 'shop'],
  ]);
  process.kill(running[0]!.keeper.pid, 'SIGKILL');
  await eventually(() => list().length === 0, 'the loss to be noticed');
  expect(readdirSync(join(box.env.KCTL_HOME!, 'forwards', 'run'))).toEqual([]);
  expect(box.kctl(['pf', 'list']).stdout).toMatch(/^Nothing is forwarded\.\n\nSET +FORWARDS\nshop +web@/);
  expect(box.kctl(['pf', 'up', 'nope']).stderr).toBe('error: there is no set "nope"\nThere are: shop\n');
});

test('what cannot start in the background says why, and leaves nothing', () => {
  const ran = box.kctl(['pf', 'web=99999', '--background']);
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^error: .*99999/);
  expect(list()).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'names are there while the forward is, and a command runs once it is ready',
  async () => {
    const child = box.spawn(['pf', 'web', '--host-names', '--on-ready', 'echo "$KCTL_URL $KCTL_HOST_WEB"; exit 3']);
    let said = '';
    child.stdout!.on('data', (data) => {
      said += data;
    });
    child.stderr!.on('data', (data) => {
      said += data;
    });
    await eventually(() => said.includes('--on-ready ended with exit code 3'), 'the end of the command');
    expect(said).toMatch(/\nhttp:\/\/web\.default(:\d+)? web\.default\n/);
    const [, address] = /^(127\.\S+) web\.default web\.default\.svc /m.exec(readFileSync(hosts, 'utf8')) ?? [];
    const port = /http:\/\/web\.default:?(\d*)/.exec(said)?.[1] || '80';
    expect(await status(`http://${address}:${port}/`)).toBe(200);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(readFileSync(hosts, 'utf8')).toBe('127.0.0.1 localhost\n');
  },
);
