import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Lister } from '../../../src/emulator/client.ts';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { certificateCleaning } from '../../../src/emulator/controllers/certificate-cleaning.ts';
import type { ControlContext } from '../../../src/emulator/controllers/controller.ts';
import { createAuthority, issue } from '../../../src/emulator/pki/certificates.ts';

const START = Date.parse('2026-03-02T10:00:00Z');
const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const HOUR = 3600;
const decided = (type: string, certificate?: string) => ({
  conditions: [{ type, status: 'True', lastUpdateTime: at(START) }],
  ...(certificate ? { certificate } : {}),
});

/** Seconds after which the request is removed. */
async function keptFor(status: Record<string, unknown>): Promise<number> {
  const clock = new SimulatedClock(START);
  const request: KubeObject = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'r', uid: 'r', creationTimestamp: at(START) },
    status,
  };
  let isGone = false;
  const context = {
    clock,
    lister: { get: () => (isGone ? undefined : request) } as unknown as Lister,
    client: {
      delete: async () => {
        isGone = true;
      },
    },
  } as unknown as ControlContext;
  const { reconcile } = certificateCleaning(context);
  for (let rounds = 0; rounds < 5; rounds++) {
    const again = await reconcile('r');
    if (isGone) return Math.floor((clock.now() - START) / 1000);
    if (again === undefined) return Number.POSITIVE_INFINITY;
    clock.advanceTo(clock.now() + again);
  }
  return Number.NaN;
}

test.each([
  ['nobody decided on', {}, 24 * HOUR],
  ['was denied', decided('Denied'), HOUR],
  ['failed', decided('Failed'), HOUR],
  ['was approved and waits for its certificate', decided('Approved'), 24 * HOUR],
  ['has its certificate', decided('Approved', Buffer.from('x').toString('base64')), HOUR],
  ['somebody said something else of', decided('Else'), Number.POSITIVE_INFINITY],
])('a request that %s', async (_, status, seconds) => {
  expect(await keptFor(status)).toBe(seconds);
});

test('a request whose certificate has expired goes at once', async () => {
  const authority = await createAuthority('test', START - 800 * 24 * HOUR * 1000);
  const { cert } = await issue(authority, { commonName: 'x', usage: 'client' }, START - 700 * 24 * HOUR * 1000);
  expect(await keptFor(decided('Approved', Buffer.from(cert).toString('base64')))).toBe(0);
});
