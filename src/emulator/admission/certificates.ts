import type { KubeObject } from '../../api/meta.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../registry/machine.ts';
import { isAllowed } from '../server/authorize.ts';
import { isCreateOf, refusal } from './refuse.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

const signerOf = ({ spec }: KubeObject): string => String(spec?.signerName ?? '');

/** Whether the user may do it for this signer, or for all of its domain (`example.com/*`). */
function mayFor({ machine, user }: AdmissionRequest, verb: string, signer: string): boolean {
  const domain = `${signer.split('/')[0]}/*`;
  return [signer, domain].some((name) =>
    isAllowed(machine.store, user, { verb, group: 'certificates.k8s.io', version: '*', resource: 'signers', name }),
  );
}

/** CertificateApproval: to approve or deny needs the verb `approve` on the signer. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  check(request) {
    const { operation, resource, subresource, previous } = request;
    if (operation !== 'UPDATE' || resource.storage !== REQUESTS || subresource !== 'approval') return;
    const signer = signerOf(previous!);
    if (mayFor(request, 'approve', signer)) return;
    throw refusal(request, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
  },
};

/** CertificateSigning: to issue a certificate needs the verb `sign` on the signer. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  check(request) {
    const { operation, resource, subresource, object, previous } = request;
    if (operation !== 'UPDATE' || resource.storage !== REQUESTS || subresource !== 'status') return;
    const isFailed = ({ status }: KubeObject) =>
      ((status?.conditions ?? []) as { type: string }[]).some(({ type }) => type === 'Failed');
    const isSame = object.status?.certificate === previous!.status?.certificate;
    if (isSame && isFailed(object) === isFailed(previous!)) return;
    const signer = signerOf(previous!);
    if (mayFor(request, 'sign', signer)) return;
    throw refusal(request, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
  },
};

/** ClusterTrustBundleAttest: to speak for a signer needs the verb `attest` on it. */
export const trustBundleAttest: AdmissionPlugin = {
  name: 'ClusterTrustBundleAttest',
  check(request) {
    const { operation, resource, object, previous } = request;
    if (resource.storage !== 'clustertrustbundles.certificates.k8s.io') return;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    for (const signer of new Set([signerOf(object), ...(previous ? [signerOf(previous)] : [])])) {
      if (!signer || mayFor(request, 'attest', signer)) continue;
      throw refusal(request, `user not permitted to attest for signerName ${JSON.stringify(signer)}`);
    }
  },
};

/** How the string types of ASN.1 (X.680, by tag) whose characters are more than bytes hold a name. */
const encodings: Readonly<Record<number, (name: string) => Buffer>> = {
  30: (name) => Buffer.from(name, 'utf16le').swap16(),
  28: (name) => Buffer.from(name, 'utf16le').swap16().reduce<Buffer>(wider, Buffer.alloc(0)),
};

/** Two bytes of a character become four. */
const wider = (all: Buffer, byte: number, at: number): Buffer =>
  Buffer.concat([all, ...(at % 2 === 0 ? [Buffer.alloc(2)] : []), Buffer.from([byte])]);

/** An organisation in a distinguished name (X.520): its object identifier 2.5.4.10, then a text of any kind. */
function hasOrganization(request: Buffer, name: string): boolean {
  const type = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a]);
  for (let at = request.indexOf(type); at >= 0; at = request.indexOf(type, at + 1)) {
    const tag = request[at + type.length] ?? 0;
    const length = request[at + type.length + 1] ?? 0;
    // The long form of a length says first how many bytes it has (X.690, 8.1.3).
    const more = length & 0x80 ? length & 0x7f : 0;
    const start = at + type.length + 2 + more;
    const size = more === 0 ? length : request.subarray(start - more, start).reduce((sum, byte) => sum * 256 + byte, 0);
    const value = encodings[tag]?.(name) ?? Buffer.from(name);
    if (request.subarray(start, start + size).equals(value)) return true;
  }
  return false;
}

/** CertificateSubjectRestriction: nobody becomes an administrator by a certificate that the cluster signs. */
export const certificateSubject: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  check(request) {
    if (!isCreateOf(request, REQUESTS) || signerOf(request.object) !== CLIENT_SIGNER) return;
    const pem = Buffer.from(String(request.object.spec?.request ?? ''), 'base64').toString();
    const body = /-----BEGIN[^-]*-----([^-]*)-----END/.exec(pem)?.[1] ?? '';
    if (!hasOrganization(Buffer.from(body, 'base64'), MASTERS)) return;
    throw refusal(request, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};
