import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { addressWarnings, networkWarnings } from './address-warnings.ts';
import { type Fields, listAt, quantityOf } from './checks.ts';
import { semanticEqual } from './equal.ts';
import { expressionWarnings, labelMapWarnings, nodeTermWarnings } from './node-label-warnings.ts';
import { pemBlocks } from './pem.ts';

/** What is said of sound objects that have no pods in them. Sources: Kubernetes pkg/api and the strategies under pkg/registry. */

/** The first PEM block of a text that `isIt` takes, or how crypto/tls says that there is none. */
function blockOf(
  text: string,
  isIt: (type: string) => boolean,
  words: { none: string; mixedUp: (type: string) => string | undefined; others: string },
): { bytes: Buffer; type: string } | string {
  const blocks = pemBlocks(text);
  const found = blocks.find(({ type }) => isIt(type));
  if (found) return found;
  if (blocks.length === 0) return words.none;
  const mixedUp = blocks.length === 1 ? words.mixedUp(blocks[0]!.type) : undefined;
  return (
    mixedUp ??
    `${words.others} after skipping PEM blocks of the following types: [${blocks.map(({ type }) => type).join(' ')}]`
  );
}

/** Why a certificate and a key do not make a pair, in the words of Go's crypto/tls. */
function keyPairProblem(certificate: string, key: string): string | undefined {
  const own = blockOf(certificate, (type) => type === 'CERTIFICATE', {
    none: 'tls: failed to find any PEM data in certificate input',
    mixedUp: (type) =>
      type.endsWith('PRIVATE KEY')
        ? 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
        : undefined,
    others: 'tls: failed to find "CERTIFICATE" PEM block in certificate input',
  });
  if (typeof own === 'string') return own;
  const secret = blockOf(key, (type) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'), {
    none: 'tls: failed to find any PEM data in key input',
    mixedUp: (type) =>
      type === 'CERTIFICATE' ? 'tls: found a certificate rather than a key in the PEM for the private key' : undefined,
    others: 'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input',
  });
  if (typeof secret === 'string') return secret;
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(own.bytes);
  } catch {
    return 'x509: malformed certificate';
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key.slice(key.indexOf(`-----BEGIN ${secret.type}`)));
  } catch {
    return 'tls: failed to parse private key';
  }
  if (parsed.publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType) {
    return 'tls: private key type does not match public key type';
  }
  return parsed.checkPrivateKey(privateKey) ? undefined : 'tls: private key does not match public key';
}

const isHeadless = ({ type, clusterIP }: Fields): boolean => clusterIP === 'None' && type === 'ClusterIP';

function serviceWarnings({ metadata, spec = {} }: Fields): string[] {
  const { type, clusterIP, clusterIPs, loadBalancerIP, sessionAffinity, trafficDistribution } = spec;
  const isSet = type !== 'ExternalName' && clusterIP && clusterIP !== 'None';
  const external = (spec.externalIPs ?? []) as string[];
  const ranges = (spec.loadBalancerSourceRanges ?? []) as string[];
  const texts: string[] = [];
  const speak = (isSo: boolean, text: string): void => {
    if (isSo) texts.push(text);
  };
  speak(
    metadata?.annotations?.[oldHints] !== undefined,
    `annotation ${oldHints} is deprecated, please use ${newHints} instead`,
  );
  const addresses = isSet ? ((clusterIPs ?? []) as string[]) : [];
  texts.push(...addresses.flatMap((text, index) => addressWarnings(`spec.clusterIPs[${index}]`, text)));
  if (isHeadless(spec)) {
    speak(Boolean(loadBalancerIP), 'spec.loadBalancerIP is ignored for headless services');
    speak(external.length > 0, 'spec.externalIPs is ignored for headless services');
    speak(sessionAffinity !== 'None', 'spec.SessionAffinity is ignored for headless services');
  }
  texts.push(...external.flatMap((text, index) => addressWarnings(`spec.externalIPs[${index}]`, text)));
  speak(
    external.length > 0 && !isHeadless(spec) && type !== 'ExternalName',
    'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
  );
  if (loadBalancerIP) texts.push(...addressWarnings('spec.loadBalancerIP', loadBalancerIP));
  texts.push(...ranges.flatMap((text, index) => networkWarnings(`spec.loadBalancerSourceRanges[${index}]`, text)));
  speak(type === 'ExternalName' && external.length > 0, 'spec.externalIPs is ignored when spec.type is "ExternalName"');
  speak(
    type !== 'ExternalName' && Boolean(spec.externalName),
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  );
  speak(
    trafficDistribution === 'PreferClose',
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  );
  return texts;
}

const oldHints = 'service.kubernetes.io/topology-aware-hints';
const newHints = 'service.kubernetes.io/topology-mode';

function secretWarnings({ type, data }: Fields): string[] {
  if (type !== 'kubernetes.io/tls') return [];
  const decoded = (name: string): string => Buffer.from(String(data?.[name] ?? ''), 'base64').toString('latin1');
  const problem = keyPairProblem(decoded('tls.crt'), decoded('tls.key'));
  return problem ? [problem] : [];
}

const oldClass = 'deprecated since v1.8; use "storageClassName" attribute instead';

/** Sources on their way out, as in pods; persistent volumes name some in another case. */
const oldSources: readonly [source: string, shown: string, text: string][] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

const recycled =
  'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';

function volumeWarnings({ metadata, spec = {} }: Fields): string[] {
  const annotations = metadata?.annotations ?? {};
  const texts: string[] = [];
  const speak = (key: string, text: string): void => {
    if (annotations[key] !== undefined) texts.push(`metadata.annotations[${key}]: ${text}`);
  };
  speak('volume.beta.kubernetes.io/storage-class', oldClass);
  speak('volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead');
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') texts.push(`spec.persistentVolumeReclaimPolicy: ${recycled}`);
  texts.push(...nodeTermWarnings('spec.nodeAffinity.required', spec.nodeAffinity?.required));
  for (const [source, shown, text] of oldSources) if (spec[source]) texts.push(`spec.${shown}: ${text}`);
  return texts;
}

/** `at`: the path of the spec of a claim. */
export function claimSpecWarnings(at: string, spec: Fields | undefined): string[] {
  return ['requests', 'limits'].flatMap((kind) => {
    const amount = spec?.resources?.[kind]?.storage;
    if (amount === undefined || quantityOf(amount).nano % 1_000_000_000n === 0n) return [];
    const shown = JSON.stringify(quantityOf(amount).toString());
    return [`${at}.resources.${kind}[storage]: fractional byte value ${shown} is invalid, must be an integer`];
  });
}

function claimWarnings({ metadata, spec }: Fields): string[] {
  const key = 'volume.beta.kubernetes.io/storage-class';
  const isOld = metadata?.annotations?.[key] !== undefined;
  return [...(isOld ? [`metadata.annotations[${key}]: ${oldClass}`] : []), ...claimSpecWarnings('spec', spec)];
}

function classWarnings(object: Fields): string[] {
  return listAt(object, 'allowedTopologies').flatMap((term, index) =>
    listAt(term, 'matchLabelExpressions').flatMap(({ key }, position) =>
      labelMapWarnings({ [key]: '' }, () => `allowedTopologies[${index}].matchLabelExpressions[${position}].key`),
    ),
  );
}

function ingressWarnings({ metadata, spec }: Fields): string[] {
  const key = 'kubernetes.io/ingress.class';
  if (metadata?.annotations?.[key] === undefined || spec?.ingressClassName !== undefined) return [];
  return [`annotation ${JSON.stringify(key)} is deprecated, please use 'spec.ingressClassName' instead`];
}

function policyWarnings({ spec }: Fields): string[] {
  const rules = [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const;
  return rules.flatMap(([field, peers]) =>
    listAt(spec, field).flatMap((rule, index) =>
      listAt(rule, peers).flatMap(({ ipBlock }, position) => {
        if (!ipBlock) return [];
        const at = `spec.${field}[${index}].${peers}[${position}].ipBlock`;
        const except = (ipBlock.except ?? []) as string[];
        return [
          ...networkWarnings(`${at}.cidr`, String(ipBlock.cidr)),
          ...except.flatMap((text, where) => networkWarnings(`${at}.except[${where}]`, text)),
        ];
      }),
    ),
  );
}

const controllers = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

function endpointWarnings({ metadata, addressType, endpoints }: Fields, isNew: boolean): string[] {
  const isOld = isNew && addressType === 'FQDN';
  const texts = isOld ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
  if (controllers.includes(metadata?.labels?.['endpointslice.kubernetes.io/managed-by'])) return texts;
  const found = ((endpoints ?? []) as Fields[]).flatMap(({ addresses = [] }, index) =>
    (addresses as string[]).flatMap((text, at) => addressWarnings(`endpoints[${index}].addresses[${at}]`, text)),
  );
  return [...texts, ...found];
}

const reserved =
  'metadata.name: names ending with ".static.k8s.io" are reserved for static manifest-based configurations and cannot be managed via the API';

const staticWarnings: ObjectWarnings = ({ metadata }) =>
  String(metadata?.name).endsWith('.static.k8s.io') ? [reserved] : [];

const balanced = ['services', 'ingresses.networking.k8s.io'];

/** Of a status that names addresses. `name`: `plural.group`. */
export function loadBalancerWarnings(name: string, { status }: Fields): string[] {
  if (!balanced.includes(name)) return [];
  return listAt(status?.loadBalancer, 'ingress').flatMap(({ ip }, index) =>
    ip ? addressWarnings(`status.loadBalancer.ingress[${index}]`, String(ip)) : [],
  );
}

function sliceWarnings({ spec }: Fields): string[] {
  const name = String(spec?.driver ?? '');
  if (name === name.toLowerCase()) return [];
  return [`spec.driver: driver names should be lowercase; ${JSON.stringify(name)} contains uppercase characters`];
}

const tokensInAttributes =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

/** Only a change of the tokens is spoken of. */
function driverWarnings({ spec }: Fields, _isNew: boolean, previous: Fields | undefined): string[] {
  const isSpoken = spec?.tokenRequests?.length && spec.serviceAccountTokenInSecrets === undefined;
  const isSame = previous && semanticEqual(previous.spec?.tokenRequests, spec?.tokenRequests);
  return isSpoken && !isSame ? [tokensInAttributes] : [];
}

function nodeWarnings({ spec }: Fields): string[] {
  const texts = ((spec?.podCIDRs ?? []) as string[]).flatMap((text, at) =>
    networkWarnings(`spec.podCIDRs[${at}]`, text),
  );
  const old = 'spec.externalID: this field is deprecated, and is unused by Kubernetes';
  return [
    ...(spec?.configSource ? ['spec.configSource: the feature is removed'] : []),
    ...(spec?.externalID ? [old] : []),
    ...texts,
  ];
}

const mountables = 'kubernetes.io/enforce-mountable-secrets';

/** Only where the annotation is new. */
function accountWarnings({ metadata }: Fields, _isNew: boolean, previous: Fields | undefined): string[] {
  const has = (annotations: Fields | undefined): boolean => annotations?.[mountables] !== undefined;
  if (!has(metadata?.annotations) || has(previous?.metadata?.annotations)) return [];
  const advice = 'prefer separate namespaces to isolate access to mounted secrets';
  return [`metadata.annotations[${mountables}]: deprecated in v1.32+; ${advice}`];
}

/** Texts about an object that is made, or that replaces `previous`. */
export type ObjectWarnings = (object: Fields, isNew: boolean, previous: Fields | undefined) => string[];

/** Texts for `Warning` headers, by `plural.group`. */
export const objectWarnings: Readonly<Record<string, ObjectWarnings>> = {
  'csidrivers.storage.k8s.io': driverWarnings,
  services: serviceWarnings,
  secrets: secretWarnings,
  nodes: nodeWarnings,
  serviceaccounts: accountWarnings,
  persistentvolumes: volumeWarnings,
  persistentvolumeclaims: claimWarnings,
  'storageclasses.storage.k8s.io': classWarnings,
  'csistoragecapacities.storage.k8s.io': ({ nodeTopology }) => [
    ...expressionWarnings('nodeTopology', nodeTopology),
    ...labelMapWarnings(nodeTopology?.matchLabels, (key) => `nodeTopology.matchLabels.${key}`),
  ],
  'runtimeclasses.node.k8s.io': ({ scheduling }) =>
    labelMapWarnings(scheduling?.nodeSelector, () => 'scheduling.nodeSelector'),
  'ingresses.networking.k8s.io': (object, isNew) => (isNew ? ingressWarnings(object) : []),
  'networkpolicies.networking.k8s.io': policyWarnings,
  'resourceslices.resource.k8s.io': sliceWarnings,
  'endpointslices.discovery.k8s.io': endpointWarnings,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': staticWarnings,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': staticWarnings,
  'validatingadmissionpolicies.admissionregistration.k8s.io': staticWarnings,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': staticWarnings,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': staticWarnings,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': staticWarnings,
};
