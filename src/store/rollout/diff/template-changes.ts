import { type FieldDifference, fieldDifferences } from '../../../api/changes/field-diff.ts';
import type { PodTemplate } from '../revisions.ts';
import { withoutTemplateHash } from '../revisions.ts';
import { type EnvironmentChange, type EnvironmentSource, environmentChanges } from './environment.ts';

/** One field that differs; undefined: absent. */
export interface FieldChange {
  /** Below the container or the pod's spec: `resources.limits.memory`; of metadata `labels.app`. */
  path: string;
  /** Below the pod template: `spec.containers[name=web].resources.limits.memory`. */
  fullPath: string;
  before?: unknown;
  after?: unknown;
}

export interface ContainerChange {
  name: string;
  init: boolean;
  change: 'added' | 'removed' | 'changed';
  /** Where it differs. */
  image?: { before?: string; after?: string };
  environment: EnvironmentChange[];
  /** Everything else of it. */
  fields: FieldChange[];
}

export interface TemplateChanges {
  containers: ContainerChange[];
  /** Of the pod as a whole: labels, annotations, volumes, scheduling. */
  fields: FieldChange[];
}

interface Container extends EnvironmentSource {
  name: string;
  image?: string;
  [field: string]: unknown;
}

const lists = [
  ['initContainers', true],
  ['containers', false],
] as const;

/** What differs between two pod templates, container by container. */
export function templateChanges(before: PodTemplate, after: PodTemplate): TemplateChanges {
  const [was, is] = [withoutTemplateHash(before), withoutTemplateHash(after)];
  const containers = lists.flatMap(([list, init]) => {
    const [old, fresh] = [byName(was.spec?.[list]), byName(is.spec?.[list])];
    return [...new Set([...fresh.keys(), ...old.keys()])].flatMap((name) =>
      containerChange(name, init, old.get(name), fresh.get(name)),
    );
  });
  return { containers, fields: fieldDifferences(rest(was), rest(is)).map((one) => podField(one)) };
}

const byName = (containers: readonly Container[] | undefined): Map<string, Container> =>
  new Map((containers ?? []).map((container) => [container.name, container]));

function containerChange(
  name: string,
  init: boolean,
  before: Container | undefined,
  after: Container | undefined,
): ContainerChange[] {
  const [was, is] = [before ?? { name }, after ?? { name }];
  const environment = environmentChanges(was, is);
  const base = `spec.${init ? 'initContainers' : 'containers'}[name=${name}]`;
  const fields = fieldDifferences(others(was), others(is)).map(({ path, ...values }) =>
    change(path, `${base}.${path}`, values),
  );
  const isOther = was.image !== is.image;
  if (before && after && !isOther && environment.length === 0 && fields.length === 0) return [];
  const image = {
    ...(was.image !== undefined && { before: was.image }),
    ...(is.image !== undefined && { after: is.image }),
  };
  const kind = !before ? 'added' : !after ? 'removed' : 'changed';
  return [{ name, init, change: kind, ...(isOther && { image }), environment, fields }];
}

function others({ name: _, image: __, env: ___, envFrom: ____, ...rest }: Container): object {
  return rest;
}

/** All but the containers, and without what Go writes for "not set". */
function rest({ metadata = {}, spec = {} }: PodTemplate): object {
  const { creationTimestamp: _, ...own } = metadata;
  const { containers: __, initContainers: ___, ...others } = spec;
  return { metadata: withoutEmpty(own), spec: others };
}

/** `labels: {}` and no labels are the same. */
function withoutEmpty(metadata: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => value !== null && JSON.stringify(value) !== '{}'),
  );
}

function podField({ path, ...values }: FieldDifference): FieldChange {
  return change(path.replace(/^(metadata|spec)\./, ''), path, values);
}

function change(path: string, fullPath: string, { before, after }: Pick<FieldDifference, 'before' | 'after'>) {
  return { path, fullPath, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
