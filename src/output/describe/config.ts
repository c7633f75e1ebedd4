import { writeEventsStrictly } from './events.ts';
import { annotations, labels, layout, name, namespace } from './layout.ts';

function byteLength(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}

export const describeConfigMap = layout(
  name,
  namespace,
  labels,
  annotations,
  (out, { data, binaryData }) => {
    out.print(0, '\nData\n====\n');
    for (const key of Object.keys(data ?? {}).sort()) out.print(0, `${key}:\n----\n${data[key]}\n\n`);
    out.print(0, '\nBinaryData\n====\n');
    for (const key of Object.keys(binaryData ?? {}).sort()) out.line(0, `${key}: ${byteLength(binaryData[key])} bytes`);
    out.line(0, '');
  },
  writeEventsStrictly,
);

const TOKEN_TYPE = 'kubernetes.io/service-account-token';

/** The values of a secret are never shown, only how long they are; but for the token that a service account's secret is about. */
export const describeSecret = layout(name, namespace, labels, annotations, (out, { type, data }) => {
  out.print(0, `\nType:\t${type ?? ''}\n`);
  out.print(0, '\nData\n====\n');
  for (const key of Object.keys(data ?? {}).sort()) {
    const isToken = key === 'token' && type === TOKEN_TYPE;
    out.field(0, key, isToken ? Buffer.from(data[key], 'base64').toString('utf8') : `${byteLength(data[key])} bytes`);
  }
});
