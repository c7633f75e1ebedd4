import type { KubeObject } from '../../../api/meta.ts';
import { toYaml } from '../../../lib/yaml.ts';
import { decodedYaml } from '../../../output/decoded.ts';
import type { DashboardServices } from '../../services.ts';
import { DocumentModel, type DocumentText, linesOf } from '../document-model.ts';
import { refText } from '../ref-text.ts';
import { sentence } from '../sentence.ts';
import type { ObjectRef } from '../view.ts';
import { LiveObject, readObject } from './live-object.ts';
import { linesWithOwners } from './owner-lines.ts';
import { isSecret, withoutSecrets } from './secret-text.ts';
import { versionAt } from './version-at.ts';
import { yamlLines } from './yaml-lines.ts';

/** What keys switch on in YAML; the names are in the title while they are on. */
export const yamlToggles = { managed: 'managed fields', decoded: 'decoded', owners: "fields' owners" } as const;

export function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** YAML of an object as the toggles want it; values of secrets are hidden until `decoded` is on. */
function yamlText(object: KubeObject, toggles: Readonly<Record<string, boolean>>, now: number): DocumentText {
  const shown = toggles[yamlToggles.managed] ? object : withoutManagedFields(object);
  const text = toggles[yamlToggles.decoded] ? decodedYaml(shown) : toYaml(withoutSecrets(shown));
  const lines = linesOf(text);
  return toggles[yamlToggles.owners] ? linesWithOwners(lines, object, now) : yamlLines(lines);
}

/** The live YAML of an object. */
export function openYaml(
  services: DashboardServices,
  ref: ObjectRef,
  on: Readonly<Record<string, boolean>> = {},
): DocumentModel {
  const isSecretKind = isSecret({ apiVersion: ref.resource.group === '' ? 'v1' : '', kind: ref.resource.kind });
  return new DocumentModel({
    view: { type: 'document', content: 'yaml', of: refText(ref) },
    target: ref,
    toggles: {
      [yamlToggles.managed]: false,
      [yamlToggles.owners]: false,
      ...(isSecretKind || ref.resource.kind === 'ConfigMap' ? { [yamlToggles.decoded]: false } : {}),
      ...on,
    },
    async load(toggles, past) {
      const now = await readObject(services, ref);
      if (past === undefined) return yamlText(now, toggles, services.timing.now());
      const then = versionAt(services, ref, past);
      return 'why' in then ? sentence(then.why) : yamlText(then.object, toggles, past);
    },
    travels: true,
    live: new LiveObject(services, ref),
  });
}
