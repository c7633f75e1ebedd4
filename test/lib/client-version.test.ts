import { expect, test } from 'vitest';
import { clientVersion, versionSkew } from '../../src/lib/client-version.ts';

const of = (gitVersion: string) => ({ major: '', minor: '', platform: '', gitVersion });

test.each([
  ['v1.31.0', false],
  ['v1.33.9', false],
  ['v1.34.0', true],
  ['v1.30.2-gke.1', true],
  ['v2.32.0', true],
  ['nonsense', false],
])('a server of %s', (server, isTold) => {
  expect(versionSkew(clientVersion(), of(server)) !== undefined).toBe(isTold);
});

test('the words of the skew', () => {
  expect(versionSkew(of('v1.32.5'), of('v1.36.4+kctl'))).toBe(
    'WARNING: version difference between client (1.32) and server (1.36) exceeds the supported minor version skew of +/-1',
  );
});
