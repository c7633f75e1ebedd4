import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import type { ContextSettings } from '../../../src/settings/dashboard-settings.ts';
import { noUserFiles } from '../../../src/settings/read-user-files.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { changes } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';
import { type ForwardRig, forwardRig, pod } from './fake-forwards.ts';

let screen: TestScreen | undefined;
let rig: ForwardRig;
beforeEach(() => {
  rig = forwardRig();
});
afterEach(() => {
  screen?.close();
  screen = undefined;
  rig.dispose();
  speak('en');
});

async function open(
  kind: string,
  { cols = 140, rows = 30, settings = {} }: { cols?: number; rows?: number; settings?: ContextSettings } = {},
): Promise<TestScreen> {
  const userFiles = () => ({ ...noUserFiles, settings });
  screen = await renderTest({ cols, rows, cluster: rig.cluster, kind, userFiles });
  return screen;
}

describe.each([
  [80, 24],
  [120, 40],
  [200, 50],
] as const)('at %i×%i', (cols, rows) => {
  test.each(['en', 'ko'] as const)('the dialog and the view, in %s', async (language) => {
    speak(language);
    const s = await open('pods', { cols, rows });
    await s.waitFor(/web-1/);
    await s.press('down', 'shift-f');
    await s.waitFor(/80 http \(app\) +8080/);
    await s.waitFor(/\$ kctl pf pod\/web-1@shop@kind-dev=8080:80/);
    expect(s.text()).toMatch(/9090 metrics \(app\)/);
    await s.press('esc');
    await s.type(':pf web=8081:http\r');
    await s.waitFor(/web.*: http:\/\/localhost:8081/);
    await s.type(':pf\r');
    await s.waitFor(/deployment\/web +Active/);
    await s.waitFor(/http:\/\/localhost:8081/);
    for (const line of s.lines()) expect(textWidth(line)).toBeLessThanOrEqual(cols);
  });
});

test('the dialog forwards several ports, shows the command line, and says where they are', async () => {
  const s = await open('pods');
  await s.press('down', 'shift-f');
  await s.waitFor(/> 80 http \(app\) +8080/);
  // The second port is left out until it has a local one.
  await s.press('tab');
  await s.type('9191');
  await s.press('tab', 'tab');
  await s.type(':7001');
  await s.waitFor('$ kctl pf pod/web-1@shop@kind-dev=8080:80,9191:9090,:7001');
  await s.press('enter', 'enter');
  await s.waitFor(/pod\/web-1 is forwarded: http:\/\/localhost:8080 -> 80, http:\/\/localhost:9191 -> 9090/);
  expect(rig.desk.own.map(({ local, remote, container }) => [local, remote, container])).toEqual([
    [8080, 80, 'app'],
    [9191, 9090, 'app'],
    [7001, 7001, ''],
  ]);
  expect(await rig.visit(9191, 'hello')).toBe('web-1:9090:hello');
  await s.waitFor(/web-1 +⇄8080 ⇄9191 ⇄7001 +1\/1/);
});

test('what cannot be forwarded is said where it is typed, and a port that is taken is not proposed', async () => {
  rig.taken.add(8080);
  const s = await open('deploy');
  await s.press('shift-f');
  await s.waitFor(/> 80 http \(app\) +8081/);
  await s.press(...Array<string>(4).fill('backspace'));
  await s.type('99999');
  await s.press(...Array<string>(5).fill('enter'));
  await s.waitFor('a port is a number up to 65535');
  await s.press(...Array<string>(5).fill('backspace'));
  await s.type('8080');
  await s.press(...Array<string>(5).fill('enter'));
  await s.waitFor('port 8080 is in use by another program');
  expect(rig.desk.own).toEqual([]);
});

test("a service's annotation chooses its port, and a pod's starts it without a question", async () => {
  const s = await open('services');
  await s.press('shift-f');
  await s.waitFor(/Chosen by annotation: 5432/);
  await s.waitFor(/5432 \(db\) +5433/);
  expect(s.text()).toMatch(/80 +(│|$)/m);
  await s.press('esc');
  const asks = pod('web-1', { annotations: { 'k9scli.io/auto-port-forwards': 'app::8888:http,side::7000' } });
  rig.cluster.objects.set('pods shop/web-1', asks);
  await s.type(':pods /web-1\r');
  await s.waitFor(/web-1 .*Running/);
  await s.press('shift-f');
  await s.waitFor(/pod\/web-1 is forwarded: http:\/\/localhost:8888 -> 80, http:\/\/localhost:7000 -> 7000/);
});

test('a container is forwarded by its own ports', async () => {
  const s = await open('pods');
  await s.press('down', 'enter');
  await s.waitFor(/side +main/);
  await s.type('/side\r');
  await s.press('shift-f');
  await s.waitFor(/> 7000 \(side\) +7000/);
  expect(s.text()).not.toContain('9090');
});

test('a forward moves with its pod: the view, the row and a message say so', async () => {
  const s = await open('pods');
  await s.type(':pf web\r');
  await s.waitFor('http://localhost:8080');
  await s.type(':pf\r');
  await s.waitFor(/deployment\/web +Active +http:\/\/localhost:8080 +80 http .*web-1/);
  rig.pods([pod('web-2')]);
  await s.waitFor(/web \(http:\/\/localhost:8080\) has moved from pod web-1 to web-2/);
  await s.waitFor(/deployment\/web +Active .*web-2/);
  rig.pods([pod('web-2', { ready: false })]);
  rig.pods([]);
  await s.waitFor('waits for a pod: there is no pod');
  await s.waitFor(/deployment\/web +Waiting .*there is no pod/);
  await s.type(':deploy\r');
  rig.pods([pod('web-3')]);
  expect(await rig.visit(8080, 'x')).toBe('web-3:80:x');
  await s.type(':pf\r');
  await s.waitFor(/Active .*web-3/);
});

test('signs stand in the tables of workloads and of containers, too', async () => {
  const s = await open('workloads.kctl.dev', { cols: 160 });
  await s.waitFor(/web-1/);
  expect(s.text()).not.toContain('PF');
  await s.type(':pf web\r');
  await s.waitFor(/deployment\/web +Active/);
  await s.press('esc');
  await s.waitFor(/NAME\S* +PF +READY/);
  await s.waitFor(/po +web-1 +⇄8080/);
  expect(s.text()).not.toMatch(/(?:other|web-2) +⇄/);
  await s.type(':pods\r');
  await s.waitFor(/NAME↑ +PF +READY/);
  await s.type('/web-1\r');
  await s.press('enter');
  await s.waitFor(/app +⇄8080 +main/);
  expect(s.text()).not.toMatch(/side +⇄/);
  const [forward] = rig.desk.own;
  await rig.desk.stop([forward!.id]);
  await s.waitFor(/NAME +ROLE/);
  expect(s.text()).not.toContain('⇄');
});

test('signs on rows come and go, in the context that they belong to', async () => {
  const s = await open('pods');
  await s.waitFor(/web-1/);
  expect(s.text()).not.toContain('PF');
  await s.type(':pf web\r');
  await s.waitFor(/deployment\/web +Active/);
  await s.press('esc');
  await s.waitFor(/NAME↑ +PF +READY/);
  await s.waitFor(/web-1 +⇄8080 +1\/1/);
  rig.pods([pod('web-2')]);
  await s.waitFor(/web-2 +⇄8080 +1\/1/);
  expect(s.text()).not.toMatch(/web-1 +⇄/);
  await s.type(':ctx prod\r');
  await s.waitFor(/Context prod/);
  await s.type(':pods shop\r');
  await s.waitFor(/web-2/);
  expect(s.text()).not.toContain('⇄');
  // It goes on while another context is looked at.
  expect(await rig.visit(8080, 'still')).toBe('web-2:80:still');
  await s.type(':pf\r');
  await s.waitFor(/deployment\/web +Active/);
  // Its object is in the other context: Enter goes there.
  await s.press('enter');
  await s.waitFor(/Name: +web/);
  expect(s.lines()[0]).toContain('kind-dev');
  await s.type(':pf\r');
  await s.waitFor(/deployment\/web +Active/);
  await s.press('ctrl-d');
  await s.waitFor('Stop forwarding?');
  await s.press('right', 'enter');
  await s.waitFor('Forwards stopped: 1');
  await s.waitFor('No portforwards');
  expect(rig.open.size).toBe(0);
});

test('keys of the view: copy, restart, save as a set, start it again, move to the background', async () => {
  const s = await open('pods');
  await s.type(':pf web db=5433:5432\r');
  await s.waitFor(/5433/);
  await s.type(':pf\r');
  await s.waitFor(/service\/db +Active +localhost:5433/);
  await rig.visit(8080, 'some bytes');
  await s.waitFor(/deployment\/web .* 0\/1 +19.* +10/);
  await s.press('r');
  await s.waitFor(/deployment\/web .* 0\/0 +0 +0/);
  await s.press('u');
  await s.waitFor('Copied http://localhost:8080');
  await s.press('space', 'space', 's');
  await s.waitFor('Save as a set');
  await s.type('shop');
  await s.waitFor('$ kctl pf save shop deployment/web@shop@kind-dev=8080:80 service/db@shop@kind-dev=5433:5432');
  await s.press('up', 'right');
  await s.waitFor('--autostart');
  await s.press('tab', 'enter');
  await s.waitFor('Saved: :pf up shop starts it');
  expect(changes(rig.cluster)).toEqual([
    'pf save shop deployment/web@shop@kind-dev=8080:80 service/db@shop@kind-dev=5433:5432 --autostart',
  ]);
  rig.cluster.commands.length = 0;
  await s.press('m');
  await s.waitFor('go on in the background');
  expect(changes(rig.cluster)).toEqual([
    'pf deployment/web@shop@kind-dev=8080:80 service/db@shop@kind-dev=5433:5432 --background',
  ]);
  expect(rig.desk.own).toEqual([]);
  rig.save('night', ['web@shop@kind-dev=8090:80'], true);
  await s.press('a');
  await s.waitFor(/night .*starts with the dashboard/);
  await s.press('enter');
  await s.waitFor(/deployment\/web +Active +http:\/\/localhost:8090/);
});

test('what cannot go to the background goes on here', async () => {
  const line = 'pf deployment/web@shop@kind-dev=8080:80 --background';
  rig.cluster.answers.set(line, { code: 1, stdout: '', stderr: 'error: no room\n' });
  const s = await open('pods');
  await s.type(':pf web\r');
  await s.waitFor('localhost:8080');
  await s.type(':pf\r');
  await s.waitFor(/Active/);
  await s.press('m');
  await s.waitFor('no room');
  expect(rig.desk.own.map(({ local, phase }) => [local, phase])).toEqual([[8080, 'forwarding']]);
});

test('a dashboard with an identity of its own gives nothing to the background', async () => {
  delete (rig.cluster.services.forwards as { flags?: readonly string[] }).flags;
  const s = await open('pods');
  await s.type(':pf web\r');
  await s.waitFor(/deployment\/web +Active/);
  await s.press('m');
  await s.waitFor('opened with a server or an identity of its own');
  expect(changes(rig.cluster)).toEqual([]);
  expect(rig.desk.own.map(({ local, phase }) => [local, phase])).toEqual([[8080, 'forwarding']]);
});

describe('quitting', () => {
  test('says which forwards end, and keeps them where that is wanted', async () => {
    const s = await open('pods');
    await s.type(':pf web\r');
    await s.waitFor('localhost:8080');
    await s.press('ctrl-c');
    await s.waitFor('Forwards that end with the dashboard: 1');
    expect(s.text()).toContain('http://localhost:8080 -> deployment/web');
    await s.press('esc');
    expect(s.quitCount()).toBe(0);
    await s.press('ctrl-c', 'up', 'right', 'tab', 'tab', 'enter');
    await s.waitFor('go on in the background when the dashboard ends');
    expect(s.quitCount()).toBe(1);
    expect(changes(rig.cluster)).toEqual(['pf deployment/web@shop@kind-dev=8080:80 --background']);
  });

  test.each([
    ['end', []],
    ['background', ['pf deployment/web@shop@kind-dev=8080:80 --background']],
  ] as const)('by the setting atQuit: %s nothing is asked', async (atQuit, commands) => {
    const s = await open('pods', { settings: { forwards: { atQuit } } });
    await s.type(':pf web\r');
    await s.waitFor('localhost:8080');
    await s.press('ctrl-c');
    await s.settle();
    expect(s.quitCount()).toBe(1);
    expect(changes(rig.cluster)).toEqual(commands);
  });

  test('without a forward of its own it quits at once', async () => {
    const s = await open('pods');
    await s.press('q');
    expect(s.quitCount()).toBe(1);
  });
});

describe('rules', () => {
  test('a read-only dashboard forwards, as it changes nothing', async () => {
    const s = await open('pods', { settings: { readOnly: true } });
    await s.press('down', 'shift-f');
    await s.waitFor('Forward ports of');
  });

  test('a rule may forbid it, by the key, by a line, and in a namespace alone', async () => {
    const s = await open('pods', {
      settings: { deny: [{ action: 'port-forward', namespace: 'shop', why: 'ask Kim' }] },
    });
    await s.press('down', 'shift-f');
    await s.waitFor('ask Kim');
    await s.type(':pf web\r');
    await s.waitFor('ask Kim');
    expect(rig.open.size).toBe(0);
  });

  test('a rule for another namespace does not hold here', async () => {
    const s = await open('pods', { settings: { deny: [{ action: 'port-*', namespace: 'prod' }] } });
    await s.type(':pf web\r');
    await s.waitFor('localhost:8080');
  });

  test('a rule against all changes does not mean it', async () => {
    const s = await open('pods', { settings: { deny: [{ namespace: 'shop' }, { action: '*' }] } });
    await s.press('down', 'shift-f');
    await s.waitFor('Forward ports of');
  });
});
