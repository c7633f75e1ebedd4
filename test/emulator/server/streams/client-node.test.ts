import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Attach, Cp, KubeConfig, Log, PortForward } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../../support/program.ts';
import { execIn, Kept } from './exec-in.ts';
import { type FakeCluster, fakeCluster, processNode, runningPod } from './fake-node.ts';

describe('@kubernetes/client-node', () => {
  let cluster: FakeCluster;
  let config: KubeConfig;
  let echo: Server;
  const dir = mkdtempSync(join(tmpdir(), 'kctl-client-node-'));

  beforeAll(async () => {
    echo = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((done) => echo.listen(0, '127.0.0.1', done));
    const { port } = echo.address() as { port: number };
    const node = {
      ...processNode,
      connect: async () => connect(port, '127.0.0.1'),
      async logs() {
        return (async function* () {
          yield Buffer.from('a line\n');
        })();
      },
    };
    cluster = await fakeCluster(node, { pods: [runningPod('web')] });
    config = new KubeConfig();
    config.loadFromString(cluster.kubeconfig);
  });
  afterAll(async () => {
    await cluster.stop();
    echo.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const exec = (command: string[], input?: string) => execIn(config, command, input);

  test('runs commands and hears how they ended', async () => {
    expect(await exec(['sh', '-c', 'echo out; echo err >&2'])).toMatchObject({
      status: { status: 'Success' },
      out: 'out\n',
      err: 'err\n',
    });
    const failed = await exec(['sh', '-c', 'exit 7']);
    expect(failed.status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
    expect(failed.status.details?.causes).toEqual([{ reason: 'ExitCode', message: '7' }]);
    expect(await exec(['sh', '-c', 'wc -c'], 'x'.repeat(300_000))).toMatchObject({ out: '300000\n' });
  });

  test('attaches', async () => {
    const out = new Kept();
    const stdin = new PassThrough();
    const socket = await new Attach(config).attach('default', 'web', 'app', out, null, stdin, false);
    stdin.write('hello');
    await eventually(() => out.text === 'hello', 'the echo');
    socket.close();
  });

  test('copies both ways', async () => {
    const source = join(dir, 'source');
    const target = join(dir, 'target');
    const back = join(dir, 'back');
    for (const folder of [source, target, back]) mkdirSync(folder);
    const content = Buffer.alloc(5_000_000, 'not all the same ');
    writeFileSync(join(source, 'file'), content);
    const copy = new Cp(config);
    await copy.cpToPod('default', 'web', 'app', source, target);
    const arrived = (path: string) => () => {
      try {
        return readFileSync(join(path, 'file')).equals(content);
      } catch {
        return false;
      }
    };
    await eventually(arrived(target), 'the file in the pod');
    await copy.cpFromPod('default', 'web', 'app', 'file', back, target);
    await eventually(arrived(back), 'the file that came back');
  });

  test('forwards ports', async () => {
    const output = new Kept();
    const input = new PassThrough();
    const socket = await new PortForward(config).portForward('default', 'web', [80], output, null, input);
    input.write('over there and back');
    await eventually(() => output.text === 'over there and back', 'the echo');
    if (typeof socket !== 'function') socket.close();
  });

  test('reads logs', async () => {
    const out = new PassThrough();
    await new Log(config).log('default', 'web', 'app', out, {});
    expect(String(await new Promise((resolve) => out.once('data', resolve)))).toBe('a line\n');
  });
});
