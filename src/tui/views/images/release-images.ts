import type { KubeObject } from '../../../api/meta.ts';
import { findBuiltinKind } from '../../../api/resources.ts';
import { parseYamlDocuments } from '../../../lib/yaml.ts';
import type { HelmRelease } from '../../../store/helm/release.ts';
import type { ObjectRef } from '../view.ts';
import { imagesOf, type NamedImage } from './images-of.ts';

/** An image that a release of helm names. */
export interface ReleaseImage extends NamedImage {
  /** `deployment/web`, for each object that names it. */
  users: string[];
  /** The first of them: its pods' pull secrets read the image. Undefined for kinds that only this cluster knows. */
  ref: ObjectRef | undefined;
}

/**
 * The images of a release's objects and then of its hooks, each once.
 * @throws KctlError `input` for a manifest that is no YAML
 */
export function imagesOfRelease({ name, namespace, manifest = '', hooks = [] }: HelmRelease): ReleaseImage[] {
  const found = new Map<string, ReleaseImage>();
  for (const text of [manifest, ...hooks.map((hook) => hook.manifest ?? '')]) {
    for (const object of parseYamlDocuments(text, name).flatMap(objectsIn)) {
      const user = `${object.kind?.toLowerCase()}/${object.metadata?.name ?? ''}`;
      for (const image of imagesOf(object)) {
        const known = found.get(image.image);
        if (known) known.users.push(user);
        else found.set(image.image, { ...image, users: [user], ref: refOf(object, namespace) });
      }
    }
  }
  return [...found.values()];
}

/** Lists are taken apart; what is no object is left out. */
function objectsIn(document: unknown): KubeObject[] {
  if (typeof document !== 'object' || document === null) return [];
  const { items } = document as { items?: unknown };
  return Array.isArray(items) ? items.flatMap(objectsIn) : [document as KubeObject];
}

function refOf({ apiVersion = '', kind = '', metadata }: KubeObject, namespace: string | undefined) {
  const resource = findBuiltinKind(apiVersion, kind);
  return resource && { resource, namespace: metadata?.namespace ?? namespace, name: metadata?.name ?? '' };
}
