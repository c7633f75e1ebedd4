import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../support/program.ts';
import { putObject } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';
import { type ImageWorld, imageWorld } from './image-world.ts';

let world: ImageWorld;
let s: TestScreen;
/** Accepts connections; what is asked waits until `speak` is called. */
let silent: Server;
let speak: () => void;
let status: number;
let asked: string[];
let quiet: string;
let good: string;

beforeEach(async () => {
  world = await imageWorld();
  good = await world.registry();
  status = 503;
  asked = [];
  let waiting: (() => void)[] | undefined = [];
  speak = () => {
    for (const one of waiting ?? []) one();
    waiting = undefined;
  };
  silent = createServer(({ url = '' }, response) => {
    asked.push(url);
    const say = () => response.writeHead(status).end('{"errors":[{"code":"X","message":"not today"}]}');
    if (waiting) waiting.push(say);
    else say();
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  quiet = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  for (let number = 0; number < 12; number++) {
    putObject(world.cluster, 'pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `quiet-${number}`, namespace: 'shop', uid: `quiet-${number}` },
      spec: { containers: [{ name: 'main', image: `${quiet}/a:${number}` }] },
    });
  }
  s = await renderTest({ cols: 160, rows: 40, cluster: world.cluster, kind: 'pods' });
});
afterEach(async () => {
  s.close();
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
  await world.close();
});

const shows = (text: RegExp) =>
  eventually(async () => {
    await s.settle();
    return text.test(s.text());
  }, `${text} on:\n${s.text()}`);

const go = async (line: string) => {
  await s.press(':');
  await s.type(`${line}\r`);
};

test('a registry that is silent holds up its own images alone; why they are unknown is told, and asked again', async () => {
  await go('images');
  await shows(new RegExp(`${good}/shop/web:1 +\\S+kB +\\S+kB +3 `));
  expect(s.text()).toMatch(/a:0 +… +… +… /);
  expect(s.text()).toContain('12 still asked for');
  speak();
  await shows(/a:11 +unknown +unknown +answers 503 /);
  expect(s.text()).toContain('12 unknown');
  // Whether it speaks TLS, and four at a time; what waited for them was told the same.
  expect(asked.length).toBe(5);
  await s.press('/');
  await s.type('a:11\r');
  await s.press('enter');
  await shows(/the registry cannot be read: \S+ answers 503 for a \(manifest\): not today/);
  expect(asked.length).toBe(5);
  status = 403;
  await s.press('ctrl-r');
  await shows(/does not let these credentials read a \(manifest\)/);
  await s.press('esc', 'ctrl-r');
  await shows(/a:11 +unknown +unknown +no access /);
});

test('the map of layers is drawn while a registry is silent, and asks no more once it is left', async () => {
  await go('layers');
  await shows(/image 127\S+\/shop\/web:1/);
  expect(s.text()).toMatch(/a:0 +layers are asked for/);
  const open = () => new Promise<number>((resolve) => silent.getConnections((_, count) => resolve(count)));
  expect([asked, await open()]).toEqual([['/v2/'], 1]);
  await s.press('esc');
  await eventually(async () => (await open()) === 0, 'the end of what was asked');
  expect(asked).toEqual(['/v2/']);
});
