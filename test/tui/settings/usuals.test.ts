import { afterEach, expect, test } from 'vitest';
import type { ContextSettings } from '../../../src/settings/dashboard-settings.ts';
import { noUserFiles, type UserFiles } from '../../../src/settings/read-user-files.ts';
import { metricsMs } from '../../../src/tui/state/usuals.ts';
import { LogsModel } from '../../../src/tui/views/logs/logs-model.ts';
import { fakeCluster, podRow, putObject } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let s: TestScreen | undefined;
afterEach(() => s?.close());

async function open(settings: ContextSettings, lines = 500) {
  let files: UserFiles = { ...noUserFiles, settings };
  const fake = fakeCluster([podRow('shop', 'web-0')]);
  putObject(fake, 'pods', {
    ...podRow('shop', 'web-0').object,
    spec: { containers: [{ name: 'app', image: 'nginx' }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'app', state: { running: {} } }] },
  });
  const log = Array.from(
    { length: lines },
    (_, at) => `2026-11-21T12:00:00.${String(at).padStart(6, '0')}Z line ${at}\n`,
  );
  fake.logs.set('web-0/app', log.join(''));
  const asked: (number | undefined)[] = [];
  const read = fake.services.logs;
  fake.services.logs = async (request) => {
    asked.push(request.tailLines);
    return read(request);
  };
  s = await renderTest({ cols: 100, rows: 24, cluster: fake, kind: 'pods shop', userFiles: () => files });
  return { fake, asked, become: (next: ContextSettings) => (files = { ...noUserFiles, settings: next }) };
}

test('logs begin with as many lines as is set, from every way to them', async () => {
  const { asked } = await open({ logs: { tail: 7 } });
  await s!.press('l');
  await s!.waitFor('tail 7');
  await s!.press('esc', ':');
  await s!.type('logs web-0\r');
  await s!.waitFor('tail 7');
  await s!.press('5', '0');
  await s!.waitFor('tail 7');
  expect(asked.filter((lines) => lines !== undefined).every((lines) => lines === 7)).toBe(true);
  expect(asked.length).toBeGreaterThanOrEqual(3);
  await s!.press('esc', ':');
  await s!.type('logs web-0 --tail 3\r');
  await s!.waitFor('tail 3');
});

test('logs keep as many lines as is set', async () => {
  await open({ logs: { keep: 100 } });
  await s!.press('l');
  await s!.waitFor('line 499');
  const model = s!.dashboard.current();
  expect(model).toBeInstanceOf(LogsModel);
  expect((model as LogsModel).ring.length).toBe(100);
  expect(s!.text()).toContain('tail 1000');
});

test('figures are asked for as often as is set, also after a change of the file', async () => {
  const { fake, become } = await open({});
  expect(metricsMs(fake.services)).toBe(15_000);
  expect(metricsMs(fake.services, 30_000)).toBe(30_000);
  become({ metricsSeconds: 60 });
  s!.dashboard.reloadFiles();
  expect(metricsMs(fake.services)).toBe(60_000);
  const path = '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods';
  fake.served.set(path, { items: [] });
  fake.served.set('/apis/metrics.k8s.io/v1beta1/nodes', { items: [] });
  s!.dashboard.command('pods shop');
  await s!.settle();
  const count = () => fake.requests.filter((one) => one === path).length;
  await s!.settle();
  const before = count();
  fake.timing.advance(50_000);
  await s!.settle();
  expect(count()).toBe(before);
});
