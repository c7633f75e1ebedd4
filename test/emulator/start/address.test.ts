import { request } from 'node:https';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { type TestCluster, testCluster } from '../server/cluster.ts';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

/** An address of this machine that others reach. */
const outside = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find((one) => !one.internal && one.family === 'IPv4')?.address;

/** True where a connection to the cluster's port is accepted. */
function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Without credentials, checked against the cluster's authority. */
function anonymously(host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { ca } = cluster!.agent.options as { ca: string };
    const sent = request({ host, port: cluster!.emulator.port, path, ca, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('a cluster', () => {
  test('listens on loopback alone where nobody says otherwise', async ({ skip }) => {
    cluster = await testCluster();
    expect(cluster.emulator.url).toBe(`https://127.0.0.1:${cluster.emulator.port}`);
    expect(await accepts('127.0.0.1', cluster.emulator.port)).toBe(true);
    if (!outside) skip('this machine has no other address');
    expect(await accepts(outside!, cluster.emulator.port)).toBe(false);
  });

  test('that listens everywhere has a certificate for each address, and asks everybody who they are', async ({
    skip,
  }) => {
    if (!outside) skip('this machine has no other address');
    cluster = await testCluster({ address: '0.0.0.0', tlsNames: ['build.example.com'] });
    expect(cluster.emulator.url).toBe(`https://127.0.0.1:${cluster.emulator.port}`);
    expect((await cluster.call('GET', '/api/v1/nodes')).status).toBe(200);
    // What anybody may see, and what nobody sees without a name.
    expect(await anonymously(outside!, '/readyz')).toBe(200);
    expect(await anonymously(outside!, '/api/v1/namespaces/default/secrets')).toBe(403);
  });

  test('that listens on one address calls itself by it', async ({ skip }) => {
    if (!outside) skip('this machine has no other address');
    cluster = await testCluster({ address: outside! });
    expect(cluster.emulator.url).toBe(`https://${outside}:${cluster.emulator.port}`);
    expect((await cluster.call('GET', '/version')).status).toBe(200);
    expect(await accepts('127.0.0.1', cluster.emulator.port)).toBe(false);
  });

  test('refuses those who come without TLS, and says why', async () => {
    cluster = await testCluster();
    const said = await new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: cluster!.emulator.port });
      let text = '';
      socket.on('data', (part) => {
        text += part;
      });
      socket.on('close', () => resolve(text));
      socket.write('GET /api HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    expect(said).toBe('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n');
  });

  test('does not listen on an address of another machine', async () => {
    await expect(testCluster({ address: '198.51.100.7' })).rejects.toMatchObject({
      code: 'input',
      message: '198.51.100.7 is not an address of this machine',
    });
  });
});
