import { createHmac, randomBytes } from 'node:crypto';
import { lastAppliedAnnotation } from '../../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../../api/meta.ts';

export function isSecret({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return kind === 'Secret' && apiVersion === 'v1';
}

/** Of this process alone: what is hidden can be told from what it was before, and not be guessed. */
const salt = randomBytes(16);

function hidden(value: Buffer): string {
  const mark = createHmac('sha256', salt).update(value).digest('hex').slice(0, 4);
  return `<hidden, ${value.length} bytes, #${mark}>`;
}

function hide(values: Record<string, string> | undefined, encoding: 'base64' | 'utf8') {
  return (
    values &&
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, hidden(Buffer.from(value, encoding))]))
  );
}

/** A secret without its values, wherever it has them: what is shown until somebody asks for more. */
export function withoutSecrets(object: KubeObject): KubeObject {
  if (!isSecret(object)) return object;
  const { data, stringData, metadata } = object;
  const { [lastAppliedAnnotation]: applied, ...annotations } = metadata.annotations ?? {};
  return {
    ...object,
    metadata: applied === undefined ? metadata : { ...metadata, annotations },
    ...(data && { data: hide(data, 'base64') }),
    ...(stringData && { stringData: hide(stringData, 'utf8') }),
  };
}
