import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { RequestFacts, Signer } from '../../../src/emulator/controllers/certificate-signing.ts';
import { certificateSigner } from '../../../src/emulator/pki/certificate-signer.ts';
import { createAuthority } from '../../../src/emulator/pki/certificates.ts';
import { createWorld, START, type World } from './world.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';
/** Of the key of a node n1. */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIcU1JR1NBZ0VBTURBeEZUQVRCZ05WQkFvTURITjVjM1JsYlRwdWIyUmxjekVYTUJVR0ExVUVBd3dPYzNsegpkR1Z0T201dlpHVTZiakV3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVErOGZjTGdSdUZCMmViCmIxTmtYN29mTnJ1L0RLL2M2alBtZHFhZ3Jkak16WFNlSGVabkNJbGlHdjFqZThkRFBSanZhUUhQZy9lRFJ3a3IKbnVkWXcxNDRvQUF3Q2dZSUtvWkl6ajBFQXdJRFJ3QXdSQUlnWjA4UE5IZkszWVk2UjRISkRUV1dFSnZVYUxkYQpDcm9oVmdDZ25IMVNlQXdDSUJ0YlU5NW9KOTQ0cG1HMm1kN3dtK1dxU2QzLytDL2gra2pUODd6WUZPSlIKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';
const API = 'kubernetes.io/kube-apiserver-client';
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const SERVING = 'kubernetes.io/kubelet-serving';
const CLIENT = ['digital signature', 'client auth'];
const SERVER = ['digital signature', 'server auth'];

const node: RequestFacts = {
  commonName: 'system:node:n1',
  organizations: ['system:nodes'],
  dns: [],
  ips: [],
  emails: [],
  uris: [],
};

interface Asked {
  signerName: string;
  facts: RequestFacts;
  usages: string[];
  seconds?: number;
  /** A controller of that name asks; by default the server itself, which may do everything. */
  asker?: string;
  approved?: boolean;
}

/** What a cluster that is set up allows the controller to. */
async function mayDecide(w: World): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  await w.client.create<KubeObject>(`clusterroles.${group}`, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'decides' },
    rules: [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: ['sign', 'approve'] }],
  } as KubeObject);
  const account = { kind: 'ServiceAccount', namespace: 'kube-system', name: 'certificate-controller' };
  await w.client.create<KubeObject>(`clusterrolebindings.${group}`, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'decides' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'decides' },
    subjects: [account],
  } as KubeObject);
}

/** What became of a request: its conditions, and for how many seconds it was signed. */
async function outcome({ signerName, facts, usages, seconds, asker, approved }: Asked) {
  const signed: number[] = [];
  const authority = certificateSigner(await createAuthority('test', START));
  const signer: Signer = {
    read: async () => facts,
    sign: (pem, how) => {
      signed.push(how.seconds);
      return authority.sign(pem, how);
    },
  };
  const w = await createWorld({ signer });
  await mayDecide(w);
  const metadata = { name: 'r' };
  const spec = { request: REQUEST, signerName, usages };
  const more = seconds === undefined ? {} : { expirationSeconds: seconds };
  const client = asker ? w.client.as(asker) : w.client;
  await client.create<KubeObject>(REQUESTS, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata,
    spec: { ...spec, ...more },
  } as KubeObject);
  await w.run(1);
  if (approved) {
    const condition = { type: 'Approved', status: 'True', reason: 'Me', message: 'by me' };
    const request = w.get(REQUESTS, 'r', '');
    await w.client.updateApproval(REQUESTS, { ...request, status: { conditions: [condition] } });
    await w.run(1);
  }
  expect(w.errors).toEqual([]);
  const conditions: { type: string; reason: string; message: string }[] =
    w.get(REQUESTS, 'r', '')['status']?.conditions ?? [];
  return { said: conditions.map(({ type, reason, message }) => `${type} ${reason}: ${message}`), signed };
}

/* All answers here are those of kube-controller-manager 1.36.3. */
describe('signers', () => {
  const refusals: [string, Omit<Asked, 'approved'>, string][] = [
    [
      'a usage that clients do not have',
      { signerName: API, facts: node, usages: SERVER },
      'invalid usage for client certificate: server auth',
    ],
    [
      'serving without a name',
      { signerName: SERVING, facts: node, usages: SERVER },
      'DNS or IP subjectAltName is required',
    ],
    [
      'serving with an address of mail',
      { signerName: SERVING, facts: { ...node, dns: ['n1'], emails: ['a@b'] }, usages: SERVER },
      'Email subjectAltNames are not allowed',
    ],
    [
      'serving with other usages',
      { signerName: SERVING, facts: { ...node, dns: ['n1'] }, usages: CLIENT },
      'usages did not match [digital signature key encipherment server auth]',
    ],
    [
      'a kubelet of another organization',
      { signerName: KUBELET, facts: { ...node, organizations: ['o'] }, usages: CLIENT },
      'subject organization is not system:nodes',
    ],
    [
      'a kubelet with a DNS name',
      { signerName: KUBELET, facts: { ...node, dns: ['a'] }, usages: CLIENT },
      'DNS subjectAltNames are not allowed',
    ],
  ];
  test.each(refusals)('%s', async (_name, asked, message) => {
    const { said, signed } = await outcome({ ...asked, approved: true });
    expect(said.at(-1)).toBe(`Failed SignerValidationFailure: ${message}`);
    expect(signed).toEqual([]);
  });

  test.each([
    [undefined, 31_536_000],
    [600, 600],
    [600_000_000, 31_536_000],
  ])('who asks for %s seconds gets %d', async (seconds, given) => {
    const more = seconds === undefined ? {} : { seconds };
    expect((await outcome({ signerName: API, facts: node, usages: CLIENT, approved: true, ...more })).signed).toEqual([
      given,
    ]);
  });
});

describe('certificates of kubelets are approved', () => {
  const asked = { signerName: KUBELET, facts: node, usages: CLIENT };

  test('for who may create them', async () => {
    const result = await outcome(asked);
    const message = 'Auto approving kubelet client certificate after SubjectAccessReview.';
    expect(result.said).toEqual([`Approved AutoApproved: ${message}`]);
    expect(result.signed).toHaveLength(1);
  });

  test('for nobody who was not allowed to have one', async () => {
    expect((await outcome({ ...asked, asker: 'some-controller' })).said).toEqual([]);
  });

  test('not where more is asked for than kubelets have', async () => {
    const more = { ...asked, facts: { ...node, ips: ['10.0.0.1'] } };
    expect((await outcome(more)).said).toEqual([]);
  });
});
