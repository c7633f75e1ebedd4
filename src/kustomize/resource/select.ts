import { RE2JS } from 're2js';
import { parseLabelSelector } from '../../lib/label-selector.ts';
import { failed } from '../failure.ts';
import type { Selector } from '../kustomization/types.ts';
import { effectiveNamespace, type ResourceId } from './id.ts';
import type { Resource, StringMap } from './resource.ts';

/** A pattern of Go that has to match the whole text; '' matches anything. @throws KctlError `input` */
function wholePattern(pattern: string | undefined): (text: string) => boolean {
  if (!pattern) return () => true;
  const compiled = goPattern(`^(?:${pattern})$`);
  return (text) => compiled.matcher(text).find();
}

/** @throws KctlError `input` in Go's words */
export function goPattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw failed((error as Error).message, error);
  }
}

/** The objects that a target of a patch means: patterns for names and kinds, selectors for labels. */
export function selectResources(resources: readonly Resource[], selector: Selector): Resource[] {
  const [group, version, kind, name, namespace] = [
    ...[wholePattern(selector.group), wholePattern(selector.version), wholePattern(selector.kind)],
    ...[wholePattern(selector.name), wholePattern(selector.namespace)],
  ] as const;
  return resources.filter((resource) => {
    const ids = [resource.originalId, resource.id];
    const { gvk } = resource;
    return (
      ids.some((id) => namespace(effectiveNamespace(id))) &&
      ids.some((id) => name(id.name)) &&
      group(gvk.group) &&
      version(gvk.version) &&
      kind(gvk.kind) &&
      hasLabels(resource.labels(), selector.labelSelector) &&
      hasLabels(resource.annotations(), selector.annotationSelector)
    );
  });
}

export function hasLabels(labels: StringMap, selector: string | undefined): boolean {
  return !selector || parseLabelSelector(selector).matches(labels);
}

/** What a selector leaves out is ''. */
export function selectorId({ group, version, kind, name, namespace }: Selector): ResourceId {
  return {
    ...{ group: group ?? '', version: version ?? '', kind: kind ?? '' },
    ...{ name: name ?? '', namespace: namespace ?? '', clusterScoped: false },
  };
}
