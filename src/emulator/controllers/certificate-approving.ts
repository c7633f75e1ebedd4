import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import type { Attributes } from '../server/authorize.ts';
import { problemOfKubelet, type RequestFacts, type Signer } from './certificate-signing.ts';
import { type ControlContext, type Controller, ownKey } from './controller.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';
const SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

interface Requester {
  name: string;
  groups: string[];
}

/** Whether somebody may do something. */
export type Allows = (who: Requester, what: Attributes) => boolean;

/** What a requester has to be allowed to create, with the words of the approval; the first that fits holds. */
const WAYS: readonly {
  subresource: string;
  fits: (facts: RequestFacts, requester: string) => boolean;
  message: string;
}[] = [
  {
    subresource: 'selfnodeclient',
    fits: ({ commonName }, requester) => commonName === requester,
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  },
  {
    subresource: 'nodeclient',
    fits: () => true,
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  },
];

/** Approves client certificates of kubelets for those who may have them (kubernetes pkg/controller/certificates/approver). */
export function certificateApproving(context: ControlContext, signer: Signer, allows: Allows): Controller {
  return {
    name: 'certificatesigningrequest-approving-controller',
    watches: { [REQUESTS]: (event) => (event.type === 'DELETED' ? [] : ownKey(event, REQUESTS)) },
    reconcile: async (name) => {
      const request = context.lister.get<KubeObject>(REQUESTS, undefined, name);
      if (request?.['spec'].signerName !== SIGNER || request['status']?.certificate) return undefined;
      const known: { type: string }[] = request['status']?.conditions ?? [];
      if (known.some(({ type }) => type === 'Approved' || type === 'Denied')) return undefined;
      const { username = '', groups = [], usages = [], request: encoded } = request['spec'];
      const facts = await readable(signer, encoded);
      if (!facts || problemOfKubelet(facts, usages)) return undefined;
      const target = { verb: 'create', group: 'certificates.k8s.io', resource: 'certificatesigningrequests' };
      const way = WAYS.find(
        ({ subresource, fits }) =>
          fits(facts, username) && allows({ name: username, groups }, { ...target, subresource }),
      );
      if (!way) return undefined;
      const now = timestamp(context.clock);
      const { message } = way;
      const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
      const conditions = [...known, { ...approved, lastUpdateTime: now, lastTransitionTime: now }];
      await context.client.updateApproval(REQUESTS, { ...request, status: { ...request['status'], conditions } });
      return undefined;
    },
  };
}

/** What nobody can read is left to those who approve by hand. */
async function readable(signer: Signer, encoded: string): Promise<RequestFacts | undefined> {
  try {
    return await signer.read(Buffer.from(encoded, 'base64').toString());
  } catch {
    return undefined;
  }
}
