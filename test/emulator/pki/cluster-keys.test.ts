import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterKeys, loadClusterKeys } from '../../../src/emulator/pki/cluster-keys.ts';
import { serverNames } from '../../../src/emulator/pki/server-names.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const DAY_MS = 24 * 3600_000;
let dir: string;
let keys: ClusterKeys;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kctl-pki-'));
  keys = await loadClusterKeys(dir, NOW);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('the authority signs a server certificate for every name of the API, and an admin of system:masters', () => {
  const authority = new X509Certificate(keys.ca.cert);
  const server = new X509Certificate(keys.server.cert);
  const admin = new X509Certificate(keys.admin.cert);
  expect(authority.ca).toBe(true);
  for (const leaf of [server, admin]) {
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
  }
  for (const name of ['localhost', 'kubernetes.default.svc']) expect(server.checkHost(name)).toBe(name);
  for (const address of ['127.0.0.1', '::1', '10.96.0.1']) expect(server.checkIP(address)).toBe(address);
  expect(admin.subject.split('\n')).toEqual(['O=system:masters', 'CN=kubernetes-admin']);
});

test('keys are files that only their owner reads, and are the same at the next start', async () => {
  const files = readdirSync(join(dir, 'pki'));
  expect(files.map((file) => statSync(join(dir, 'pki', file)).mode & 0o777)).toEqual(files.map(() => 0o600));
  expect(await loadClusterKeys(dir, NOW + 300 * DAY_MS)).toEqual(keys);
});

test('a certificate that is about to expire is made anew by the same authority', async () => {
  const later = await loadClusterKeys(dir, NOW + 350 * DAY_MS);
  expect(later.ca).toEqual(keys.ca);
  expect(later.adminToken).toBe(keys.adminToken);
  expect(later.server.cert).not.toBe(keys.server.cert);
  expect(new X509Certificate(later.server.cert).verify(new X509Certificate(keys.ca.cert).publicKey)).toBe(true);
});

test('a server that listens elsewhere has a certificate for that, and keeps it while it fits', async () => {
  const names = serverNames('198.51.100.7', ['build.example.com', '2001:db8::7']);
  expect(names).toEqual({ dns: ['build.example.com'], ip: ['198.51.100.7', '2001:db8::7'] });
  const wider = await loadClusterKeys(dir, NOW, names);
  const certificate = new X509Certificate(wider.server.cert);
  expect(certificate.checkHost('build.example.com')).toBe('build.example.com');
  for (const address of ['198.51.100.7', '2001:db8::7', '127.0.0.1'])
    expect(certificate.checkIP(address)).toBe(address);
  expect(wider.ca).toEqual(keys.ca);
  // Back on loopback, nothing is missing.
  expect((await loadClusterKeys(dir, NOW)).server).toEqual(wider.server);
});

test('a server that listens on every address is known by each of them, and by the name of the machine', () => {
  const { dns, ip } = serverNames('0.0.0.0', ['a.example']);
  expect(dns).toEqual([hostname(), 'a.example']);
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const outside = addresses.filter((one) => !one.internal && one.family === 'IPv4').map((one) => one.address);
  expect(ip).toEqual(expect.arrayContaining(outside));
  expect(ip).not.toContain('127.0.0.1');
  expect(serverNames('127.0.0.1')).toEqual({ dns: [], ip: [] });
});
