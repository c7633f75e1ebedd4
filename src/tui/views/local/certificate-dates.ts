import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '../../../api/meta.ts';
import { humanDuration } from '../../../lib/age.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import { namedColumns } from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';

export const certificateDatesResource = { ...localResource('certs', 'cert', 'CertificateDate'), namespaced: true };

const dateColumns = namedColumns('Name', 'Status', 'Expires in', 'Expires', 'Subject', 'Names', 'Issuer*');

const soonMs = 30 * 86_400_000;

interface Dates {
  expires: number;
  subject: string;
  names: string;
  issuer: string;
  /** Why nothing is known of it. */
  error?: string;
}

const commonName = (name: string): string => /(?:^|\n)CN=(.*)/.exec(name)?.[1] ?? name.replaceAll('\n', ', ');

/** The dates of a secret's certificate; its key is not kept, nor anything else of the secret. */
function certificateDates({ data }: KubeObject): Dates {
  const none = { expires: Number.POSITIVE_INFINITY, subject: '', names: '', issuer: '' };
  const pem = data?.['tls.crt'];
  if (!pem) return { ...none, error: 'Error: no tls.crt' };
  try {
    const { validTo, subject, subjectAltName = '', issuer } = new X509Certificate(Buffer.from(pem, 'base64'));
    const names = subjectAltName.replaceAll(/DNS:|IP Address:/g, '');
    return { expires: Date.parse(validTo), subject: commonName(subject), names, issuer: commonName(issuer) };
  } catch {
    return { ...none, error: 'Error: no certificate' };
  }
}

function statusOf({ expires, error }: Dates, now: number): string {
  if (error) return error;
  return expires <= now ? 'Error: expired' : expires - now < soonMs ? 'Warning' : 'Active';
}

/** When certificates in secrets end. */
export const certificateDatesTable: LocalTable = {
  resource: certificateDatesResource,
  open(services, { scope }) {
    const { timing } = services;
    return derivedTable(services, {
      columns: dateColumns,
      kinds: [
        { kind: 'secrets', scope: { ...scope, fieldSelector: 'type=kubernetes.io/tls' }, keep: certificateDates },
      ],
      rows: (live) =>
        [...live.items('secrets').values()].map(({ resource, namespace, name, uid, value }): DerivedRow => {
          const dates = value as Dates;
          const left = dates.expires - timing.now();
          const known = dates.error === undefined;
          return {
            id: name,
            namespace,
            ref: refTo(resource, namespace, name, uid),
            cells: [
              ...[name, statusOf(dates, timing.now()), known && left > 0 ? humanDuration(left) : ''],
              ...[
                known ? new Date(dates.expires).toISOString().slice(0, 10) : '',
                dates.subject,
                dates.names,
                dates.issuer,
              ],
            ],
          };
        }),
    });
  },
};
