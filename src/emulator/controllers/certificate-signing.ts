import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import type { ControlContext, Controller } from './controller.ts';
import { ownKey } from './controller.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';
/** What they get who do not say, and the most that anybody gets (--cluster-signing-duration). */
const LONGEST_SECONDS = 365 * 24 * 3600;
const LEAST_SECONDS = 600;

/** What a request says of itself, as read from its PKCS #10 form. */
export interface RequestFacts {
  commonName: string;
  organizations: string[];
  dns: string[];
  ips: string[];
  emails: string[];
  uris: string[];
}

/** The cluster's authority, as the signer needs it. */
export interface Signer {
  read(pem: string): Promise<RequestFacts>;
  sign(pem: string, how: { usages: readonly string[]; seconds: number; now: number }): Promise<string>;
}

/** What is wrong with what is asked for, in the words of kube-controller-manager; undefined: nothing. */
type Rule = (facts: RequestFacts, usages: readonly string[]) => string | undefined;

const SERVING_USAGES = ['digital signature', 'key encipherment', 'server auth'];
const KUBELET_USAGES = ['client auth', 'digital signature', 'key encipherment'];

/** All of these and no others; key encipherment is for RSA keys alone, and may be missing. */
function unlike(needed: readonly string[], usages: readonly string[]): string | undefined {
  const isEqual =
    usages.every((usage) => needed.includes(usage)) &&
    needed.every((usage) => usage === 'key encipherment' || usages.includes(usage));
  return isEqual ? undefined : `usages did not match [${needed.join(' ')}]`;
}

const ofNodes = ({ organizations }: RequestFacts): string | undefined =>
  organizations.length === 1 && organizations[0] === 'system:nodes'
    ? undefined
    : 'subject organization is not system:nodes';
const ofNode = ({ commonName }: RequestFacts): string | undefined =>
  commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:';
const without = (kind: string, names: readonly string[]): string | undefined =>
  names.length > 0 ? `${kind} subjectAltNames are not allowed` : undefined;

/** What is wrong with a request for a kubelet's client certificate (pkg/apis/certificates ValidateKubeletClientCSR). */
export const problemOfKubelet: Rule = (facts, usages) =>
  ofNodes(facts) ??
  without('DNS', facts.dns) ??
  without('Email', facts.emails) ??
  without('IP', facts.ips) ??
  without('URI', facts.uris) ??
  ofNode(facts) ??
  unlike(KUBELET_USAGES, usages);

/** The signers that kube-controller-manager runs, with what each refuses (pkg/apis/certificates/helpers.go). */
const RULES: Readonly<Record<string, Rule>> = {
  'kubernetes.io/kube-apiserver-client': (_facts, usages) => {
    const wrong = usages.find((usage) => !KUBELET_USAGES.includes(usage));
    if (wrong) return `invalid usage for client certificate: ${wrong}`;
    return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
  },
  'kubernetes.io/kube-apiserver-client-kubelet': problemOfKubelet,
  'kubernetes.io/kubelet-serving': (facts, usages) =>
    ofNodes(facts) ??
    (facts.dns.length + facts.ips.length === 0 ? 'DNS or IP subjectAltName is required' : undefined) ??
    without('Email', facts.emails) ??
    without('URI', facts.uris) ??
    unlike(SERVING_USAGES, usages) ??
    ofNode(facts),
};

const hasCondition = (request: KubeObject, type: string): boolean =>
  ((request['status']?.conditions ?? []) as { type: string }[]).some((condition) => condition.type === type);

/** Issues the certificates of requests that were approved, for the signers of Kubernetes itself. */
export function certificateSigning(context: ControlContext, signer: Signer): Controller {
  const fail = async (request: KubeObject, reason: string, message: string): Promise<undefined> => {
    const now = timestamp(context.clock);
    const failed = { type: 'Failed', status: 'True', reason, message, lastUpdateTime: now, lastTransitionTime: now };
    const conditions = [...(request['status']?.conditions ?? []), failed];
    await context.client.updateStatus(REQUESTS, { ...request, status: { ...request['status'], conditions } });
  };
  return {
    name: 'certificate-controller',
    watches: { [REQUESTS]: (event) => (event.type === 'DELETED' ? [] : ownKey(event, REQUESTS)) },
    reconcile: async (name) => {
      const request = context.lister.get(REQUESTS, undefined, name);
      const rule = RULES[request?.['spec']?.signerName ?? ''];
      if (!request || !rule || request['status']?.certificate) return undefined;
      if (!hasCondition(request, 'Approved') || hasCondition(request, 'Denied') || hasCondition(request, 'Failed')) {
        return undefined;
      }
      const { usages = [], expirationSeconds, request: encoded } = request['spec'];
      const pem = Buffer.from(encoded, 'base64').toString();
      try {
        const problem = rule(await signer.read(pem), usages);
        if (problem) return fail(request, 'SignerValidationFailure', problem);
        const seconds = Math.min(
          Math.max(Number(expirationSeconds ?? LONGEST_SECONDS), LEAST_SECONDS),
          LONGEST_SECONDS,
        );
        const certificate = await signer.sign(pem, { usages, seconds, now: context.clock.now() });
        const status = { ...request['status'], certificate: Buffer.from(certificate).toString('base64') };
        await context.client.updateStatus(REQUESTS, { ...request, status });
        return undefined;
      } catch (error) {
        if (!(error instanceof Error) || 'status' in error) throw error;
        return fail(request, 'SigningError', error.message);
      }
    },
  };
}
