import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { parseApiVersion } from '../../api/resource.ts';
import { parseLabelSelector, type Selector, selectorOf, selectorOfMap } from '../../lib/label-selector.ts';
import type { ControlContext } from './controller.ts';
import { type KnownResource, resourceOfOwner } from './known-resources.ts';

const CRDS = 'customresourcedefinitions.apiextensions.k8s.io';
const SCALABLE = new Set(['deployments.apps', 'replicasets.apps', 'statefulsets.apps', 'replicationcontrollers']);

/** Where a kind keeps what its `/scale` shows; simple JSON paths. */
interface Paths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

const PATHS: Paths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };

/** What an autoscaling/v1 Scale says of an object. */
export interface ScaleView {
  object: KubeObject;
  resource: string;
  /** `spec.replicas` */
  replicas: number;
  /** `status.replicas` */
  current: number;
  /** As text and to match with; '' and undefined where the object has none. */
  selectorText: string;
  selector: Selector | undefined;
  /** A copy of the object with another number of replicas. */
  resized(replicas: number): KubeObject;
}

type Reference = Pick<OwnerReference, 'apiVersion' | 'kind' | 'name'>;

const steps = (path: string): string[] => path.replace(/^\./, '').split('.');

function at(object: KubeObject, path: string): unknown {
  return steps(path).reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], object);
}

function withReplicas(object: KubeObject, path: string, replicas: number): KubeObject {
  const copy = structuredClone(object);
  const way = steps(path);
  let inner: Record<string, unknown> = copy;
  for (const step of way.slice(0, -1)) {
    inner[step] ??= {};
    inner = inner[step] as Record<string, unknown>;
  }
  inner[way.at(-1)!] = replicas;
  return copy;
}

function pathsOf(context: ControlContext, resource: KnownResource, apiVersion: string): Paths | undefined {
  if (SCALABLE.has(resource.name)) return PATHS;
  const definition = context.lister.get<KubeObject>(CRDS, undefined, resource.name);
  const { version } = parseApiVersion(apiVersion);
  const versions: { name: string; subresources?: { scale?: Paths } }[] = definition?.['spec'].versions ?? [];
  return versions.find(({ name }) => name === version)?.subresources?.scale;
}

/**
 * The scale of what `reference` names in a namespace, custom kinds included.
 * @throws Error in the words of the real controllers' clients: no such kind, no such object, a kind without scale
 */
export function scaleOf(context: ControlContext, namespace: string | undefined, reference: Reference): ScaleView {
  const { group } = parseApiVersion(reference.apiVersion);
  const resource = resourceOfOwner(context.lister, reference);
  if (!resource) throw new Error(`no matches for kind "${reference.kind}" in group "${group}"`);
  const paths = pathsOf(context, resource, reference.apiVersion);
  if (!paths) throw new Error('the server could not find the requested resource');
  const object = context.lister.get<KubeObject>(resource.name, namespace, reference.name);
  if (!object) throw new Error(`${resource.name} "${reference.name}" not found`);
  const isCustom = paths !== PATHS;
  const replicas = at(object, paths.specReplicasPath) as number | undefined;
  if (isCustom && replicas === undefined) {
    throw new Error(`Internal error occurred: the spec replicas field "${paths.specReplicasPath}" does not exist`);
  }
  const selector = isCustom ? customSelector(object, paths) : builtinSelector(resource, object);
  return {
    object,
    resource: resource.name,
    replicas: replicas ?? 1,
    current: (at(object, paths.statusReplicasPath) as number | undefined) ?? 0,
    selectorText: selector?.toString() ?? '',
    selector,
    resized: (count) => withReplicas(object, paths.specReplicasPath, count),
  };
}

function builtinSelector(resource: KnownResource, { spec }: KubeObject): Selector {
  return resource.name === 'replicationcontrollers' ? selectorOfMap(spec.selector ?? {}) : selectorOf(spec.selector);
}

function customSelector(object: KubeObject, { labelSelectorPath }: Paths): Selector | undefined {
  const text = labelSelectorPath === undefined ? undefined : at(object, labelSelectorPath);
  return typeof text === 'string' && text !== '' ? parseLabelSelector(text) : undefined;
}
