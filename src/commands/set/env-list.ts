import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { findBuiltinKind } from '../../api/resources.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import type { CommandContext } from '../command.ts';
import type { Container, EnvVar } from './pod-template.ts';
import type { SetTarget } from './targets.ts';

/** Prints the variables of containers, one container after the other. */
export interface EnvLister {
  print(object: KubeObject, container: Container, target: SetTarget): Promise<void>;
  /** Called after the containers of each object. @throws KctlError where a reference could not be followed */
  finish(): void;
}

/** @param resolve print the values that variables refer to, as far as a server can tell them */
export function envLister(resolve: boolean, context: CommandContext): EnvLister {
  const { stdout, stderr } = context.io;
  let failed = false;
  return {
    async print(object, container, target) {
      stdout.write(`# ${object.kind} ${object.metadata.name ?? ''}, container ${container.name ?? ''}\n`);
      const failures = new Map<string, string[]>();
      const known = new Map<string, KubeObject>();
      for (const variable of container.env ?? []) {
        if (!variable.valueFrom) {
          stdout.write(`${variable.name}=${variable.value ?? ''}\n`);
          continue;
        }
        try {
          if (!resolve) throw new KctlError('input', '');
          stdout.write(
            `${variable.name}=${await referredValue(variable, object, container, target, known, context)}\n`,
          );
        } catch (error) {
          if (!(error instanceof KctlError)) throw error;
          stdout.write(`# ${variable.name} from ${referenceText(variable)}\n`);
          if (resolve) failures.set(error.message, [...(failures.get(error.message) ?? []), variable.name]);
        }
      }
      const told = [...failures].map(
        ([reason, names]) => `error retrieving reference for ${names.sort().join(', ')}: ${reason}\n`,
      );
      if (told.length > 0) failed = true;
      stderr.write(told.sort().join(''));
    },
    finish() {
      if (!failed) return;
      failed = false;
      throw new KctlError('input', 'failed to retrieve valueFrom references');
    },
  };
}

function referenceText({ valueFrom = {} }: EnvVar): string {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  if (configMapKeyRef) return `configmap ${configMapKeyRef.name ?? ''}, key ${configMapKeyRef.key ?? ''}`;
  if (secretKeyRef) return `secret ${secretKeyRef.name ?? ''}, key ${secretKeyRef.key ?? ''}`;
  if (fieldRef) return `field path ${fieldRef.fieldPath ?? ''}`;
  if (!resourceFieldRef) return 'invalid valueFrom';
  const { containerName, resource = '' } = resourceFieldRef;
  return `resource field ${containerName ? `${containerName}/` : ''}${resource}`;
}

/** @throws KctlError `input` in kubectl's words, ApiStatusError */
async function referredValue(
  { valueFrom = {} }: EnvVar,
  object: KubeObject,
  container: Container,
  target: SetTarget,
  known: Map<string, KubeObject>,
  context: CommandContext,
): Promise<string> {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  if (secretKeyRef) {
    const { data = {} } = await source('Secret', secretKeyRef.name ?? '', target, known, context);
    const value = data[secretKeyRef.key ?? ''];
    if (value !== undefined) return Buffer.from(value, 'base64').toString('utf8');
    throw new KctlError('input', `key ${secretKeyRef.key} not found in secret ${secretKeyRef.name}`);
  }
  if (configMapKeyRef) {
    const { data = {} } = await source('ConfigMap', configMapKeyRef.name ?? '', target, known, context);
    const value = data[configMapKeyRef.key ?? ''];
    if (value !== undefined) return value;
    throw new KctlError('input', `key ${configMapKeyRef.key} not found in config map ${configMapKeyRef.name}`);
  }
  if (fieldRef) return fieldText(object, fieldRef.fieldPath ?? '');
  if (resourceFieldRef) return resourceText(container, resourceFieldRef);
  throw new KctlError('input', 'invalid valueFrom');
}

async function source(
  kind: 'Secret' | 'ConfigMap',
  name: string,
  { cluster, object }: SetTarget,
  known: Map<string, KubeObject>,
  { connect, signal }: CommandContext,
): Promise<KubeObject> {
  const found = known.get(`${kind}/${name}`);
  if (found) return found;
  const { namespace, transport } = cluster ?? (await connect());
  const path = resourcePath(findBuiltinKind('v1', kind)!, {
    namespace: cluster ? namespace : (object.metadata.namespace ?? namespace),
    name,
  });
  const answer = await transport.json<KubeObject>({ method: 'GET', path, signal });
  known.set(`${kind}/${name}`, answer);
  return answer;
}

const metadataFields: ReadonlySet<string> = new Set(['name', 'namespace', 'uid']);

function fieldText({ metadata }: KubeObject, path: string): string {
  const [, map, key] = /^(.+?)\['(.*)'\]$/s.exec(path) ?? [];
  const maps: Readonly<Record<string, Record<string, string> | undefined>> = {
    'metadata.annotations': metadata.annotations ?? {},
    'metadata.labels': metadata.labels ?? {},
  };
  if (map !== undefined) {
    const values = maps[map];
    if (!values) throw new KctlError('input', `fieldPath ${JSON.stringify(path)} does not support subscript`);
    return values[key ?? ''] ?? '';
  }
  const whole = maps[path];
  if (whole) {
    const keys = Object.keys(whole).sort();
    return keys.map((name) => `${name}=${JSON.stringify(whole[name])}`).join('\n');
  }
  const field = path.replace(/^metadata\./, '');
  if (field !== path && metadataFields.has(field)) return String(metadata[field as 'name'] ?? '');
  throw new KctlError('input', `unsupported fieldPath: ${path}`);
}

const resourceFields = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.*)$/;

/** In units of the divisor, rounded up. */
function resourceText(
  { resources = {} }: Container,
  { resource = '', divisor = '0' }: { resource?: string; divisor?: string },
): string {
  const [, which, name] = resourceFields.exec(resource) ?? [];
  if (!which || !name) throw new KctlError('input', `Unsupported container resource : ${resource}`);
  const amount = parseQuantity(resources[which as 'limits']?.[name] ?? '0').nano;
  const unit = parseQuantity(divisor).nano || 1_000_000_000n;
  const whole = amount / unit;
  return String(amount % unit > 0n ? whole + 1n : whole);
}
