import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Attach, Cp, Exec, KubeConfig, Log, PortForward, type V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../../src/emulator/clocks.ts';
import { eventually } from '../../../support/program.ts';
import { type TestCluster, testCluster } from '../cluster.ts';
import { execIn, Kept } from './exec-in.ts';

/** A whole cluster with its simulated containers, through the client library of Node. */
describe('a simulated pod', () => {
  const pods = '/api/v1/namespaces/default/pods';
  const dir = mkdtempSync(join(tmpdir(), 'kctl-streams-'));
  const clock = new SimulatedClock(Date.parse('2026-01-02T03:04:05Z'));
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.advanceTo(clock.now() + 1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  let cluster: TestCluster;
  let config: KubeConfig;

  beforeAll(async () => {
    cluster = await testCluster({ clock });
    config = new KubeConfig();
    config.loadFromString(cluster.emulator.adminKubeconfig);
    await cluster.call('POST', pods, {
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] },
      },
    });
    await pass(60);
    expect((await cluster.call('GET', `${pods}/web`)).body.status.phase).toBe('Running');
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const exec = (command: string[], input?: string) => execIn(config, command, input);

  test('runs a shell, with pipes, errors and exit codes', async () => {
    const { status, out, err } = await exec(
      ['sh', '-c', 'hostname; cat | wc -c; echo oops >&2; exit 3'],
      'x'.repeat(100_000),
    );
    expect(out.split('\n').map((line) => line.trim())).toEqual(['web', '100000', '']);
    expect(err).toBe('oops\n');
    expect(status.details?.causes).toEqual([{ reason: 'ExitCode', message: '3' }]);
    const missing = await exec(['no-such-program']);
    expect(missing.status.message).toMatch(
      /^Internal error occurred: Internal error occurred: error executing command in container: .*executable file not found in \$PATH/,
    );
  });

  test('takes files and gives them back', async () => {
    const [source, back] = [join(dir, 'source'), join(dir, 'back')];
    for (const folder of [source, back]) mkdirSync(folder);
    const content = Buffer.alloc(1_000_000, 'the content of a file ');
    writeFileSync(join(source, 'file'), content);
    const copy = new Cp(config);
    await copy.cpToPod('default', 'web', 'app', source, '/tmp');
    const size = async () => (await exec(['sh', '-c', 'cat /tmp/file | wc -c'])).out.trim();
    await eventually(async () => (await size()) === '1000000', 'the file in the pod');
    await copy.cpFromPod('default', 'web', 'app', 'file', back, '/tmp');
    await eventually(() => {
      try {
        return readFileSync(join(back, 'file')).equals(content);
      } catch {
        return false;
      }
    }, 'the file that came back');
  });

  test('a command whose client hangs up is ended', async () => {
    const socket = await new Exec(config).exec(
      'default',
      'web',
      'app',
      ['sleep', '4321'],
      new Kept(),
      new Kept(),
      null,
      false,
    );
    const running = async () => (await exec(['sh', '-c', 'cat /proc/[0-9]*/cmdline'])).out.includes('4321');
    await eventually(running, 'the process');
    socket.close();
    await eventually(async () => !(await running()), 'the end of the process');
  });

  test('is attached to, logs and answers on its port', async () => {
    const attached = new Kept();
    const socket = await new Attach(config).attach('default', 'web', 'app', attached, new Kept(), null, false);
    expect(socket.readyState).toBe(1);
    const log = new PassThrough();
    await new Log(config).log('default', 'web', 'app', log, { tailLines: 1 });
    expect(String(await new Promise((resolve) => log.once('data', resolve)))).toMatch(/\n$/);
    socket.close();
    const answer = new Kept();
    const request = new PassThrough();
    const forward = await new PortForward(config).portForward('default', 'web', [80], answer, null, request);
    request.write('GET / HTTP/1.1\r\nHost: web\r\n\r\n');
    await eventually(() => answer.text.startsWith('HTTP/1.1 200 OK\r\n'), 'the answer');
    if (typeof forward !== 'function') forward.close();
    const page = await cluster.call('GET', `${pods}/web:80/proxy/`);
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
  });

  test('a container that does not run is not found', async () => {
    await cluster.call('POST', pods, {
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'broken' },
        spec: { containers: [{ name: 'app', image: 'example.invalid/app:1' }] },
      },
    });
    await pass(30);
    const status = await new Promise<V1Status>((resolve, reject) => {
      const to = new Exec(config);
      to.exec('default', 'broken', 'app', ['sh'], new Kept(), new Kept(), null, false, resolve).catch(reject);
    });
    expect(status.message).toBe('Internal error occurred: unable to upgrade connection: container not found ("app")');
  });
});
