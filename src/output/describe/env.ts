import { parseQuantity, quantityValue } from '../../lib/quantity.ts';
import type { DescribeText } from './text.ts';

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { apiVersion?: string; fieldPath: string };
    resourceFieldRef?: { resource: string; divisor?: string };
    secretKeyRef?: { name: string; key: string; optional?: boolean };
    configMapKeyRef?: { name: string; key: string; optional?: boolean };
  };
}

export interface EnvSource {
  prefix?: string;
  configMapRef?: { name: string; optional?: boolean };
  secretRef?: { name: string; optional?: boolean };
}

interface Resources {
  limits?: Record<string, string>;
  requests?: Record<string, string>;
}

export function writeEnvSources(out: DescribeText, sources: readonly EnvSource[]): void {
  if (sources.length === 0) return;
  out.line(2, 'Environment Variables from:');
  for (const source of sources) {
    const reference = source.configMapRef ?? source.secretRef;
    const kind = source.configMapRef ? 'ConfigMap' : 'Secret';
    const from = source.prefix ? `${kind} with prefix '${source.prefix}'` : kind;
    out.line(3, `${reference?.name ?? ''}\t${from}\tOptional: ${reference?.optional ?? false}`);
  }
}

/** @param resolveField the value of a pod's field; a pod template has none */
export function writeEnv(
  out: DescribeText,
  env: readonly EnvVar[],
  resources: Resources | undefined,
  resolveField: (path: string) => string,
): void {
  if (env.length === 0) {
    out.field(2, 'Environment', '<none>');
    return;
  }
  out.line(2, 'Environment:');
  for (const variable of env) {
    const text = variable.valueFrom ? sourceText(variable.valueFrom, resources, resolveField) : (variable.value ?? '');
    const [first, ...rest] = variable.valueFrom ? [text] : text.split('\n');
    out.line(3, `${variable.name}:\t${first}`);
    for (const line of rest) out.line(3, `\t${line}`);
  }
}

function sourceText(
  source: NonNullable<EnvVar['valueFrom']>,
  resources: Resources | undefined,
  resolveField: (path: string) => string,
): string {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = source;
  if (fieldRef) {
    return `${resolveField(fieldRef.fieldPath)} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`;
  }
  if (resourceFieldRef) {
    const { resource, divisor } = resourceFieldRef;
    return `${resourceValue(resource, divisor, resources)} (${resource})`;
  }
  if (secretKeyRef) {
    return `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name}'>\tOptional: ${secretKeyRef.optional ?? false}`;
  }
  if (configMapKeyRef) {
    return `<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name}'>\tOptional: ${configMapKeyRef.optional ?? false}`;
  }
  return '';
}

/** Limits and requests in units of the divisor, rounded up, as the container will see them. */
function resourceValue(path: string, divisor: string | undefined, resources: Resources | undefined): string {
  const [kind, ...name] = path.split('.');
  const amounts = kind === 'limits' ? resources?.limits : resources?.requests;
  const unit = divisor && parseQuantity(divisor).nano > 0n ? quantityValue(divisor) : 1;
  return String(Math.ceil(quantityValue(amounts?.[name.join('.')] ?? '0') / unit));
}
