import { type DerElement, derElements, derObjectIdentifier, derText } from './der.ts';

/** Attributes of a distinguished name (X.520) by their object identifier. */
const ATTRIBUTES = {
  '2.5.4.3': 'commonName',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'country',
  '2.5.4.7': 'locality',
  '2.5.4.8': 'province',
  '2.5.4.9': 'streetAddress',
  '2.5.4.10': 'organization',
  '2.5.4.11': 'organizationalUnit',
  '2.5.4.17': 'postalCode',
} as const;

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
/** GeneralName of RFC 5280, 4.2.1.6: context-specific tags. */
const GENERAL_NAMES = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 };
const OCTET_STRING = 4;

export type SubjectField = (typeof ATTRIBUTES)[keyof typeof ATTRIBUTES];

/** What a certificate signing request asks for. */
export interface SigningRequest {
  subject: Readonly<Record<SubjectField, string[]>>;
  dnsNames: string[];
  emailAddresses: string[];
  uris: string[];
  ipAddresses: string[];
}

/**
 * Reads a PKCS #10 request (RFC 2986) in PEM.
 * @throws Error where it is none
 */
export function readSigningRequest(pem: string): SigningRequest {
  const block = /-----BEGIN CERTIFICATE REQUEST-----([\s\S]*?)-----END CERTIFICATE REQUEST-----/.exec(pem)?.[1];
  if (block === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [request] = derElements(Buffer.from(block, 'base64'));
  const [info] = inside(request);
  const [, name, , attributes] = inside(info);
  const names = alternativeNames(inside(attributes));
  const texts = (tag: number) =>
    names.filter((one) => one.tag === tag).map(({ contents }) => contents.toString('utf8'));
  return {
    subject: subjectOf(name),
    dnsNames: texts(GENERAL_NAMES.dns),
    emailAddresses: texts(GENERAL_NAMES.email),
    uris: texts(GENERAL_NAMES.uri),
    ipAddresses: names.filter(({ tag }) => tag === GENERAL_NAMES.ip).map(({ contents }) => addressText(contents)),
  };
}

function inside(element: DerElement | undefined): DerElement[] {
  return element ? derElements(element.contents) : [];
}

function subjectOf(name: DerElement | undefined): SigningRequest['subject'] {
  const subject = Object.fromEntries(Object.values(ATTRIBUTES).map((field): [string, string[]] => [field, []]));
  for (const [type, value] of inside(name).flatMap(inside).map(inside)) {
    if (!type || !value) continue;
    const identifier = derObjectIdentifier(type.contents);
    const field = Object.hasOwn(ATTRIBUTES, identifier) ? ATTRIBUTES[identifier as keyof typeof ATTRIBUTES] : undefined;
    if (field) subject[field]?.push(derText(value));
  }
  return subject as SigningRequest['subject'];
}

function alternativeNames(attributes: readonly DerElement[]): DerElement[] {
  const requested = attributes
    .map(inside)
    .filter(([type]) => type && derObjectIdentifier(type.contents) === EXTENSION_REQUEST)
    .flatMap(([, values]) => inside(values).flatMap(inside));
  for (const extension of requested.map(inside)) {
    const [type, ...rest] = extension;
    if (!type || derObjectIdentifier(type.contents) !== SUBJECT_ALTERNATIVE_NAME) continue;
    const value = rest.find(({ tag }) => tag === OCTET_STRING);
    return inside(value).flatMap(inside);
  }
  return [];
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '<invalid>';
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  // The URL parser knows the short form (RFC 5952).
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
