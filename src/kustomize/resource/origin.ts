import { posix } from 'node:path';
import { parseYamlDocuments, toYaml } from '../../lib/yaml.ts';
import { parseRepoSpec } from '../load/repo-spec.ts';
import type { Resource } from './resource.ts';

/** Where an object comes from, or which transformer changed it. */
export interface Origin {
  path?: string;
  repo?: string;
  ref?: string;
  configuredIn?: string;
  configuredBy?: { apiVersion?: string; kind?: string; name?: string; namespace?: string };
}

export const ORIGIN_ANNOTATION = 'config.kubernetes.io/origin';
const TRANSFORMATIONS_ANNOTATION = 'alpha.config.kubernetes.io/transformations';

/** The origin of what lies at `path` (a file, a folder, a repository) as seen from `origin`. */
export function originWithin(origin: Origin, path: string): Origin {
  const spec = parseRepoSpec(path);
  if (!spec) return { ...origin, path: joinPaths(origin.path ?? '', path) };
  const { ref: _old, ...rest } = origin;
  return {
    ...rest,
    ...{ repo: spec.cloneUrl, path: joinPaths('', spec.kustomizationPath) },
    ...(spec.ref !== '' && { ref: spec.ref }),
  };
}

function joinPaths(...parts: string[]): string {
  const given = parts.filter((part) => part !== '');
  return given.length === 0 ? '' : posix.join(...given);
}

const ORDER = ['path', 'repo', 'ref', 'configuredIn', 'configuredBy'] as const;
const IDENTITY = ['apiVersion', 'kind', 'name', 'namespace'] as const;

/** YAML in the order of kustomize's fields; what is empty is left out. */
export function originText(origin: Origin): string {
  const lines: string[] = [];
  for (const name of ORDER) {
    const value = origin[name];
    if (value === undefined || value === '') continue;
    if (typeof value === 'string') lines.push(toYaml({ [name]: value }));
    else {
      const inner = IDENTITY.filter((key) => value[key]).map((key) => `  ${toYaml({ [key]: value[key] })}`);
      if (inner.length > 0) lines.push(`${name}:\n${inner.join('')}`);
    }
  }
  return lines.length === 0 ? '{}\n' : lines.join('');
}

function transformationsText(origins: readonly Origin[]): string {
  return origins.map((origin) => `- ${originText(origin).trimEnd().replaceAll('\n', '\n  ')}\n`).join('');
}

export function originOf(resource: Resource): Origin | undefined {
  const text = resource.annotations()[ORIGIN_ANNOTATION];
  if (text === undefined) return undefined;
  return (parseYamlDocuments(text, ORIGIN_ANNOTATION)[0] ?? {}) as Origin;
}

/** Undefined takes the annotation off; others are rewritten as text. */
export function setOrigin(resource: Resource, origin: Origin | undefined): void {
  const { [ORIGIN_ANNOTATION]: _old, ...rest } = resource.annotations();
  resource.setAnnotations(origin ? { ...rest, [ORIGIN_ANNOTATION]: originText(origin) } : rest);
}

/** The first becomes the object's origin where it has none; others are added to its transformations. */
export function addOrigin(resource: Resource, origin: Origin): void {
  if (originOf(resource) === undefined) {
    setOrigin(resource, origin);
    return;
  }
  const annotations = resource.annotations();
  const text = annotations[TRANSFORMATIONS_ANNOTATION];
  const before = text === undefined ? [] : (parseYamlDocuments(text, TRANSFORMATIONS_ANNOTATION)[0] as Origin[]);
  annotations[TRANSFORMATIONS_ANNOTATION] = transformationsText([...before, origin]);
  resource.setAnnotations(annotations);
}

export function clearTransformations(resource: Resource): void {
  const { [TRANSFORMATIONS_ANNOTATION]: _old, ...rest } = resource.annotations();
  resource.setAnnotations(rest);
}

/** Who made an object by a generator or transformer that is configured by a file. */
export function pluginOrigin(config: Resource): Origin | undefined {
  const origin = originOf(config);
  if (!origin) return undefined;
  const { apiVersion, kind, name, namespace } = config;
  return {
    ...(origin.repo && { repo: origin.repo }),
    ...(origin.ref && { ref: origin.ref }),
    ...(origin.path && { configuredIn: origin.path }),
    configuredBy: { apiVersion, kind, ...(name && { name }), ...(namespace && { namespace }) },
  };
}
