/** One variable of a container: its text, or where it comes from. */
export interface EnvironmentChange {
  /** `LOG_LEVEL`; of `envFrom`, `*` behind its prefix: `APP_*`. */
  name: string;
  change: 'added' | 'removed' | 'changed';
  before?: EnvironmentValue;
  after?: EnvironmentValue;
}

export type EnvironmentValue =
  | { from: 'value'; text: string }
  /** What `text` names is not read here: values of secrets are never shown. */
  | { from: 'configMap' | 'secret' | 'field' | 'resource' | 'other'; text: string };

interface Ref {
  name?: string;
  key?: string;
}

/** `spec.containers[].env[]` and `envFrom[]` as the API has them. */
export interface EnvironmentSource {
  env?: {
    name: string;
    value?: string;
    valueFrom?: {
      configMapKeyRef?: Ref;
      secretKeyRef?: Ref;
      fieldRef?: { fieldPath: string };
      resourceFieldRef?: { resource: string; containerName?: string };
    };
  }[];
  envFrom?: { prefix?: string; configMapRef?: Ref; secretRef?: Ref }[];
}

/** What changed between the environments of two containers, in the order in which the newer one has them. */
export function environmentChanges(before: EnvironmentSource, after: EnvironmentSource): EnvironmentChange[] {
  const [was, is] = [variables(before), variables(after)];
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((id): EnvironmentChange[] => {
    const [old, fresh] = [was.get(id), is.get(id)];
    const { name } = (fresh ?? old)!;
    if (!fresh) return [{ name, change: 'removed', before: old!.value }];
    if (!old) return [{ name, change: 'added', after: fresh.value }];
    if (old.value.from === fresh.value.from && old.value.text === fresh.value.text) return [];
    return [{ name, change: 'changed', before: old.value, after: fresh.value }];
  });
}

/** By what tells them apart; of two variables of one name the last counts, as in the container. */
function variables({ env = [], envFrom = [] }: EnvironmentSource) {
  const found = new Map<string, { name: string; value: EnvironmentValue }>();
  const seen = new Map<string, number>();
  for (const { prefix = '', configMapRef, secretRef } of envFrom) {
    const ref = configMapRef ?? secretRef;
    if (!ref) continue;
    const kind = configMapRef ? 'configMap' : 'secret';
    // The first of a kind is compared with the first of that kind: their names are what changes.
    const turn = (seen.get(`${kind} ${prefix}`) ?? 0) + 1;
    seen.set(`${kind} ${prefix}`, turn);
    const value: EnvironmentValue = { from: kind, text: `all of ${kind.toLowerCase()} ${ref.name}` };
    found.set(`envFrom ${kind} ${prefix} ${turn}`, { name: `${prefix}*`, value });
  }
  for (const variable of env) {
    found.delete(`env ${variable.name}`);
    found.set(`env ${variable.name}`, { name: variable.name, value: sourceOf(variable) });
  }
  return found;
}

function sourceOf({ value = '', valueFrom }: NonNullable<EnvironmentSource['env']>[number]): EnvironmentValue {
  if (!valueFrom) return { from: 'value', text: value };
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  if (configMapKeyRef) {
    return { from: 'configMap', text: `configmap ${configMapKeyRef.name}, key ${configMapKeyRef.key}` };
  }
  if (secretKeyRef) return { from: 'secret', text: `secret ${secretKeyRef.name}, key ${secretKeyRef.key}` };
  if (fieldRef) return { from: 'field', text: `field ${fieldRef.fieldPath}` };
  if (resourceFieldRef) {
    const { resource, containerName } = resourceFieldRef;
    return { from: 'resource', text: `resource ${resource}${containerName ? ` of ${containerName}` : ''}` };
  }
  return { from: 'other', text: JSON.stringify(valueFrom) };
}
