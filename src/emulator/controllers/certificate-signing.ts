import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import type { ControlContext, Controller } from './controller.ts';
import { ownKey } from './controller.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';
const DEFAULT_SECONDS = 365 * 24 * 3600;
const LEAST_SECONDS = 600;

/** What a request says of itself, as read from its PKCS #10 form. */
interface RequestFacts {
  commonName: string;
  organizations: string[];
  dns: string[];
  ips: string[];
  /** Names of other types: addresses of mail, URIs. */
  others: string[];
}

/** The cluster's authority, as the signer needs it. */
export interface Signer {
  read(pem: string): Promise<RequestFacts>;
  sign(pem: string, how: { usages: readonly string[]; seconds: number; now: number }): Promise<string>;
}

interface Rule {
  allowed: readonly string[];
  needed: readonly string[];
  /** What is wrong with what is asked for. */
  problem?: (facts: RequestFacts) => string | undefined;
}

const CLIENT = ['client auth', 'digital signature', 'key encipherment'];
const SERVER = ['server auth', 'digital signature', 'key encipherment'];

const ofNode = ({ organizations, commonName }: RequestFacts): string | undefined => {
  if (organizations.length !== 1 || organizations[0] !== 'system:nodes')
    return 'subject organization is not system:nodes';
  return commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:';
};

/** The signers that kube-controller-manager runs, with what each takes (pkg/apis/certificates/helpers.go). */
const RULES: Readonly<Record<string, Rule>> = {
  'kubernetes.io/kube-apiserver-client': { allowed: CLIENT, needed: ['client auth'] },
  'kubernetes.io/kube-apiserver-client-kubelet': {
    allowed: CLIENT,
    needed: ['client auth', 'digital signature'],
    problem: (facts) => {
      if (facts.dns.length > 0) return 'DNS subjectAltNames are not allowed';
      if (facts.ips.length > 0) return 'IP subjectAltNames are not allowed';
      return facts.others.length > 0 ? 'Email subjectAltNames are not allowed' : ofNode(facts);
    },
  },
  'kubernetes.io/kubelet-serving': {
    allowed: SERVER,
    needed: ['server auth', 'digital signature'],
    problem: (facts) =>
      facts.dns.length + facts.ips.length === 0 ? 'at least one DNS or IP subjectAltName is required' : ofNode(facts),
  },
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
      const wrong = (usages as string[]).find((usage) => !rule.allowed.includes(usage));
      const missing = rule.needed.find((usage) => !usages.includes(usage));
      if (wrong || missing) {
        return fail(request, 'SignerValidationFailure', `usages did not match [${rule.allowed.join(' ')}]`);
      }
      try {
        const problem = rule.problem?.(await signer.read(pem));
        if (problem) return fail(request, 'SignerValidationFailure', problem);
        const seconds = Math.max(Number(expirationSeconds ?? DEFAULT_SECONDS), LEAST_SECONDS);
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
