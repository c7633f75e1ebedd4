import type { KubeObject } from '../../api/meta.ts';
import { writeEvents } from './events.ts';
import type { Describer } from './fetch.ts';
import { DescribeText, writeAnnotations, writeMap } from './text.ts';

function writeHead(out: DescribeText, object: KubeObject): void {
  out.field(0, 'Name', object.metadata.name);
  out.field(0, 'Namespace', object.metadata.namespace);
  writeMap(out, 'Labels', object.metadata.labels);
  writeAnnotations(out, object.metadata.annotations);
}

function byteSize(base64: string): string {
  return `${Buffer.from(base64, 'base64').length} bytes`;
}

export const describeConfigMap: Describer = async (map, context) => {
  const out = new DescribeText();
  writeHead(out, map);
  out.raw('\nData\n====\n');
  for (const key of Object.keys(map.data ?? {}).sort()) {
    out.raw(`${key}:\n----\n${withoutTabs(map.data[key])}\n\n`);
  }
  out.raw('\nBinaryData\n====\n');
  for (const key of Object.keys(map.binaryData ?? {}).sort()) out.raw(`${key}: ${byteSize(map.binaryData[key])}\n`);
  out.raw('\n');
  await writeEvents(out, map, context);
  return out.toString();
};

/** Tabs of a value would be read as cells. */
function withoutTabs(value: string): string {
  return value.replaceAll('\t', '        ');
}

/** The values of a secret are never shown, only how long they are. */
export const describeSecret: Describer = async (secret) => {
  const out = new DescribeText();
  writeHead(out, secret);
  out.raw(`\nType:\t${secret.type ?? ''}\n\nData\n====\n`);
  for (const key of Object.keys(secret.data ?? {}).sort()) {
    const isToken = key === 'token' && secret.type === 'kubernetes.io/service-account-token';
    const shown = isToken ? Buffer.from(secret.data[key], 'base64').toString('utf8') : byteSize(secret.data[key]);
    out.raw(`${key}:\t${shown}\n`);
  }
  return out.toString();
};
