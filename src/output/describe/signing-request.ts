import { labelsText } from '../../api/tables/define.ts';
import { humanDuration } from '../../lib/age.ts';
import { KctlError } from '../../lib/errors.ts';
import { created, events, layout, name, type Row } from './layout.ts';
import { readSigningRequest, type SubjectField } from './pkcs10.ts';
import type { DescribeText } from './text.ts';

const SUBJECT_LISTS: readonly [title: string, field: SubjectField][] = [
  ['Organization', 'organization'],
  ['Organizational Unit', 'organizationalUnit'],
  ['Country', 'country'],
  ['Locality', 'locality'],
  ['Province', 'province'],
  ['StreetAddress', 'streetAddress'],
  ['PostalCode', 'postalCode'],
];

const inline = (title: string, field: 'labels' | 'annotations'): Row => [
  title,
  ({ metadata }) => labelsText(metadata[field]),
];

export const describeSigningRequest = layout(
  name,
  inline('Labels', 'labels'),
  inline('Annotations', 'annotations'),
  created,
  ['Requesting User', ({ spec }) => spec?.username ?? ''],
  ['Signer', ({ spec }) => spec?.signerName || undefined],
  [
    'Requested Duration',
    ({ spec }) => (spec?.expirationSeconds === undefined ? undefined : humanDuration(spec.expirationSeconds * 1000)),
  ],
  ['Status', ({ status }) => statusText(status?.conditions ?? [], status?.certificate)],
  (out, { spec }) => writeRequest(out, spec?.request ?? ''),
  events,
);

function statusText(conditions: readonly { type: string }[], certificate: string | undefined): string {
  const has = (type: string) => conditions.some((condition) => condition.type === type);
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${certificate ? ',Issued' : ''}`;
}

/** @throws KctlError where the request cannot be read */
function writeRequest(out: DescribeText, base64: string): void {
  const request = parsed(base64);
  out.line(0, 'Subject:');
  out.line(0, `\tCommon Name:\t${request.subject.commonName.at(-1) ?? ''}`);
  out.line(0, `\tSerial Number:\t${request.subject.serialNumber.at(-1) ?? ''}`);
  for (const [title, field] of SUBJECT_LISTS) writeList(out, title, request.subject[field]);
  const { dnsNames, emailAddresses, uris, ipAddresses } = request;
  if (dnsNames.length + emailAddresses.length + uris.length + ipAddresses.length === 0) return;
  out.line(0, 'Subject Alternative Names:');
  writeList(out, 'DNS Names', dnsNames);
  writeList(out, 'Email Addresses', emailAddresses);
  writeList(out, 'URIs', uris);
  writeList(out, 'IP Addresses', ipAddresses);
}

function writeList(out: DescribeText, title: string, values: readonly string[]): void {
  if (values.length > 0) out.line(0, `\t${title}:\t${values.join('\n\t\t')}`);
}

function parsed(base64: string): ReturnType<typeof readSigningRequest> {
  try {
    return readSigningRequest(Buffer.from(base64, 'base64').toString('latin1'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KctlError('input', `Error parsing CSR: ${why}`, { cause: error });
  }
}
