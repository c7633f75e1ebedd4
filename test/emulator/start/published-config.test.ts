import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { testCluster } from '../server/cluster.ts';

const AUTHENTICATION = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
const TRACKING = '/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kctl-published-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what other servers need to know is published in kube-system, as the server itself', async () => {
  const cluster = await testCluster();
  const { body } = await cluster.call('GET', AUTHENTICATION);
  expect(Object.keys(body.data)).toEqual(['client-ca-file']);
  const authority = new X509Certificate(body.data['client-ca-file']);
  const kubeconfig = cluster.emulator.adminKubeconfig;
  const client = /client-certificate-data: (\S+)/.exec(kubeconfig)![1]!;
  expect(new X509Certificate(Buffer.from(client, 'base64')).verify(authority.publicKey)).toBe(true);
  expect(body.metadata.managedFields[0]).toMatchObject({ manager: 'kube-apiserver', operation: 'Update' });
  const tracking = (await cluster.call('GET', TRACKING)).body;
  expect(tracking.data).toEqual({ since: tracking.metadata.creationTimestamp.slice(0, 10) });
  await cluster.stop();
});

test('it comes back when somebody deletes or spoils it', async () => {
  const cluster = await testCluster();
  const right = (await cluster.call('GET', AUTHENTICATION)).body.data;
  const merge = { 'content-type': 'application/merge-patch+json' };
  await cluster.call('PATCH', AUTHENTICATION, {
    headers: merge,
    body: { data: { 'client-ca-file': 'mine', 'more-of-it': 'kept' } },
  });
  await vi.waitFor(async () =>
    expect((await cluster.call('GET', AUTHENTICATION)).body.data).toEqual({ ...right, 'more-of-it': 'kept' }),
  );
  const since = (await cluster.call('GET', TRACKING)).body;
  expect((await cluster.call('DELETE', TRACKING)).status).toBe(200);
  await vi.waitFor(async () => {
    const { status, body } = await cluster.call('GET', TRACKING);
    expect(status).toBe(200);
    expect(body.metadata.uid).not.toBe(since.metadata.uid);
  });
  await cluster.stop();
});

test('a start finds it as it was, and leaves it so', async () => {
  const first = await testCluster({ dataDir: dir });
  const made = (await first.call('GET', AUTHENTICATION)).body;
  const earlier = { 'content-type': 'application/merge-patch+json' };
  await first.call('PATCH', TRACKING, { headers: earlier, body: { data: { since: '2020-02-02' } } });
  await first.stop();
  const second = await testCluster({ dataDir: dir });
  expect((await second.call('GET', AUTHENTICATION)).body).toEqual(made);
  expect((await second.call('GET', TRACKING)).body.data).toEqual({ since: '2020-02-02' });
  await second.stop();
});
