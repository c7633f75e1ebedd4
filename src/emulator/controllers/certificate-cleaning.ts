import type { KubeObject } from '../../api/meta.ts';
import { type ControlContext, type Controller, ownKey } from './controller.ts';
import { deleteIfThere } from './ownership.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';
const HOUR_MS = 3_600_000;
/** How long a request is kept that nobody decided on, or that was approved and got no certificate. */
const PENDING_MS = 24 * HOUR_MS;

interface Condition {
  type: string;
  lastUpdateTime?: string;
}

/** For how long a request is kept after a decision; an approved one by whether it has its certificate. */
const KEPT_MS: Readonly<Record<string, (isIssued: boolean) => number>> = {
  Denied: () => HOUR_MS,
  Failed: () => HOUR_MS,
  Approved: (isIssued) => (isIssued ? HOUR_MS : PENDING_MS),
};

/** Removes requests for certificates that are done with (kubernetes pkg/controller/certificates/cleaner). */
export function certificateCleaning(context: ControlContext): Controller {
  return {
    name: 'certificatesigningrequest-cleaner-controller',
    watches: { [REQUESTS]: (event) => (event.type === 'DELETED' ? [] : ownKey(event, REQUESTS)) },
    reconcile: async (name) => {
      const request = context.lister.get<KubeObject>(REQUESTS, undefined, name);
      if (!request) return undefined;
      const now = context.clock.now();
      const end = await endOf(request);
      // Older than that, not as old.
      if (end < now) await deleteIfThere(context, REQUESTS, request);
      return end < now || !Number.isFinite(end) ? undefined : end - now + 1;
    },
  };
}

/** When a request is no longer needed (ms since the epoch). */
async function endOf({ metadata, status = {} }: KubeObject): Promise<number> {
  const conditions: Condition[] = status.conditions ?? [];
  if (conditions.length === 0) return Date.parse(metadata.creationTimestamp!) + PENDING_MS;
  const ends = conditions.flatMap(({ type, lastUpdateTime }) => {
    const kept = KEPT_MS[type];
    return kept && lastUpdateTime ? [Date.parse(lastUpdateTime) + kept(Boolean(status.certificate))] : [];
  });
  if (status.certificate) ends.push(await expiryOf(status.certificate));
  return Math.min(...ends);
}

async function expiryOf(encoded: string): Promise<number> {
  const { X509Certificate } = await import('node:crypto');
  try {
    return Date.parse(new X509Certificate(Buffer.from(encoded, 'base64')).validTo);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
