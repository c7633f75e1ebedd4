import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';

interface Condition {
  type: string;
  status?: string;
  lastUpdateTime?: string;
  lastTransitionTime?: string;
}

const conditionsOf = (request: KubeObject | undefined): Condition[] => request?.['status']?.conditions ?? [];

/** Who asks is written down by the server, and when something was decided (pkg/registry/certificates, the strategies). */
export const certificateRequests: AdmissionPlugin = {
  name: 'CertificateSigningRequests',
  admit(request) {
    if (request.resource.storage !== REQUESTS || request.operation === 'DELETE') return;
    const { object, previous, user, machine } = request;
    if (!previous) {
      const { name: username, uid, groups, extra } = user;
      const { username: _n, uid: _u, groups: _g, extra: _e, ...spec } = object['spec'] ?? {};
      object['spec'] = { ...spec, username, ...(uid ? { uid } : {}), groups: [...groups], ...(extra ? { extra } : {}) };
      return;
    }
    object['spec'] = previous['spec'];
    stampConditions(object, previous, timestamp(machine.clock));
  },
};

function stampConditions(object: KubeObject, previous: KubeObject, now: string): void {
  const were = conditionsOf(previous);
  for (const condition of conditionsOf(object)) {
    condition.lastUpdateTime ??= now;
    const was = were.find(({ type }) => type === condition.type);
    condition.lastTransitionTime ??= was && was.status === condition.status ? (was.lastTransitionTime ?? now) : now;
  }
}
