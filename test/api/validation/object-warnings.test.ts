import { expect, test } from 'vitest';
import { warningsFor } from '../../../src/api/validation/warnings.ts';
import { dropGatedFields } from '../../../src/emulator/registry/gated-fields.ts';

/** What a 1.36 server said of the same objects. */

const pod = (spec: Record<string, unknown>) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
const ofPod = (spec: Record<string, unknown>) => warningsFor(pod(spec), { group: '', plural: 'pods' });

test('paths of a volume that are in each other’s way', () => {
  const items = (...paths: string[]) => paths.map((path) => ({ key: 'k', path }));
  expect(ofPod({ volumes: [{ name: 'v', secret: { secretName: 'm', items: items('a/', 'ab', 'a/x') } }] })).toEqual([
    'volume "v" (Secret "m"): overlapping paths: "a/x" with "a"',
  ]);
  const sources = [
    { configMap: { name: 'm', items: items('a') } },
    { secret: { name: 's', items: items('a/b') } },
    { serviceAccountToken: { path: 'a' } },
    {},
  ];
  expect(ofPod({ volumes: [{ name: 'v', projected: { sources } }] })).toEqual([
    'volume "v" (Projected): overlapping paths: "a/b" (Secret "s") with "a" (ConfigMap "m")',
    'volume "v" (Projected): overlapping paths: "a" (ServiceAccountToken) with "a" (ConfigMap "m")',
    'volume "v" (Projected): overlapping paths: "a" (ServiceAccountToken) with "a/b" (Secret "s")',
    'volume "v" (Projected) has no sources provided',
  ]);
});

test('labels of nodes that have newer names, and addresses in odd forms', () => {
  expect(ofPod({ nodeSelector: { 'beta.kubernetes.io/os': 'linux', a: 'b' } })).toEqual([
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
  ]);
  expect(ofPod({ dnsConfig: { nameservers: ['010.1.1.1', '2001:DB8::1', '10.1.1.1'] } })).toEqual([
    'spec.dnsConfig.nameservers[0]: non-standard IP address "010.1.1.1" is invalid: use "10.1.1.1"',
    'spec.dnsConfig.nameservers[1]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  ]);
});

test('certificates and keys that are no pair', () => {
  const tls = (certificate: string, key: string) => {
    const data = {
      'tls.crt': Buffer.from(certificate).toString('base64'),
      'tls.key': Buffer.from(key).toString('base64'),
    };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: {}, type: 'kubernetes.io/tls', data };
    return warningsFor(secret, { group: '', plural: 'secrets' });
  };
  const block = (type: string) => `-----BEGIN ${type}-----\nAAAA\n-----END ${type}-----\n`;
  expect(tls('', '')).toEqual(['tls: failed to find any PEM data in certificate input']);
  expect(tls(block('CERTIFICATE'), '')).toEqual(['tls: failed to find any PEM data in key input']);
  expect(tls(block('PRIVATE KEY'), '')).toEqual([
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ]);
  expect(tls(block('CERTIFICATE'), block('CERTIFICATE'))).toEqual([
    'tls: found a certificate rather than a key in the PEM for the private key',
  ]);
});

test('fields behind closed gates go, unless they were there before', () => {
  const spec = () => ({
    containers: [{ name: 'c', lifecycle: { stopSignal: 'SIGTERM' } }],
    volumes: [{ name: 'v', projected: { sources: [{ clusterTrustBundle: { path: 'x' } }] } }],
  });
  const fresh = spec();
  dropGatedFields(fresh, undefined);
  expect(fresh).toEqual({ containers: [{ name: 'c' }], volumes: [{ name: 'v', projected: { sources: [{}] } }] });
  const kept = spec();
  dropGatedFields(kept, spec());
  expect(kept).toEqual(spec());
});
