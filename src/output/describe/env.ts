import { parseQuantity, type Quantity } from '../../lib/quantity.ts';
import { type DescribeText, NONE } from './text.ts';

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
  for (const { prefix, configMapRef, secretRef } of sources) {
    const kind = configMapRef ? 'ConfigMap' : secretRef ? 'Secret' : '';
    const { name = '', optional = false } = configMapRef ?? secretRef ?? {};
    out.line(3, `${name}\t${prefix ? `${kind} with prefix '${prefix}'` : kind}\tOptional: ${optional}`);
  }
}

/** @param resolveField the value of a pod's field; a pod template has none */
export function writeEnv(
  out: DescribeText,
  env: readonly EnvVar[],
  resources: Resources | undefined,
  resolveField: (path: string) => string,
): void {
  out.line(2, `Environment:${env.length === 0 ? `\t${NONE}` : ''}`);
  for (const { name, value = '', valueFrom } of env) {
    if (valueFrom) {
      const text = sourceText(valueFrom, resources, resolveField);
      if (text !== undefined) out.line(3, `${name}:\t${text}`);
      continue;
    }
    const [first, ...rest] = value.split('\n');
    out.line(3, `${name}:\t${first}`);
    for (const line of rest) out.line(3, `\t${line}`);
  }
}

/** Undefined for sources that kubectl 1.32 does not know; their variables are left out. */
function sourceText(
  { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef }: NonNullable<EnvVar['valueFrom']>,
  resources: Resources | undefined,
  resolveField: (path: string) => string,
): string | undefined {
  if (fieldRef) {
    return `${resolveField(fieldRef.fieldPath)} (${fieldRef.apiVersion ?? ''}:${fieldRef.fieldPath})`;
  }
  if (resourceFieldRef) {
    const { resource, divisor } = resourceFieldRef;
    return `${resourceValue(resource, divisor, resources)} (${resource})`;
  }
  if (secretKeyRef) {
    const { name, key, optional = false } = secretKeyRef;
    return `<set to the key '${key}' in secret '${name}'>\tOptional: ${optional}`;
  }
  if (configMapKeyRef) {
    const { name, key, optional = false } = configMapKeyRef;
    return `<set to the key '${key}' of config map '${name}'>\tOptional: ${optional}`;
  }
  return undefined;
}

const NANO = 1_000_000_000n;
const MILLI = 1_000_000n;
/** What kubectl finds the value of, besides huge pages. */
const COUNTED = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** Where there is no limit, the container sees what the node has. */
const OF_NODE = new Set(['limits.cpu', 'limits.memory']);

/** Limits and requests in units of the divisor, rounded up, as the container will see them; empty for what is not counted. */
function resourceValue(path: string, divisor: string | undefined, resources: Resources | undefined): string {
  const dot = path.indexOf('.');
  const kind = path.slice(0, dot);
  const name = path.slice(dot + 1);
  if ((kind !== 'limits' && kind !== 'requests') || !(COUNTED.has(name) || name.startsWith('hugepages-'))) return '';
  const wanted = parseQuantity(divisor ?? '0');
  const unit = wanted.nano === 0n ? parseQuantity('1') : wanted;
  // Processors are counted in thousandths, everything else in whole ones.
  const step = name === 'cpu' ? MILLI : NANO;
  const count = stepsOf(parseQuantity(resources?.[kind]?.[name] ?? '0'), step);
  const value = divideUp(count, stepsOf(unit, step));
  return value === 0n && OF_NODE.has(path) ? 'node allocatable' : String(value);
}

function stepsOf({ nano }: Quantity, step: bigint): bigint {
  return divideUp(nano, step);
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
