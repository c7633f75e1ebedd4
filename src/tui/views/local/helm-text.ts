import { toYaml } from '../../../lib/yaml.ts';
import { allValues, type HelmRelease, readRelease } from '../../../store/helm/release.ts';
import { paintYaml } from '../../../theme/paint-document.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { DocumentModel } from '../document-model.ts';
import type { ObjectRef } from '../view.ts';

/** What can be read of a release. */
export type HelmPart = 'values' | 'manifest' | 'notes' | 'hooks';

const yamlOf = (values: object): string => (Object.keys(values).length === 0 ? '{}\n' : toYaml(values));

const texts: Readonly<Record<HelmPart, (release: HelmRelease, all: boolean) => string>> = {
  values: (release, all) => yamlOf(all ? allValues(release) : (release.config ?? {})),
  manifest: ({ manifest = '' }) => manifest.replace(/^\n+/, '') || say('The release has no manifest.'),
  notes: ({ info }) => info?.notes?.trim() || say('The release has no notes.'),
  hooks: ({ hooks = [] }) =>
    hooks.map(({ manifest = '', events = [] }) => `# ${events.join(', ')}\n${manifest.trim()}\n`).join('---\n') ||
    say('The release has no hooks.'),
};

/** A part of a release, read from its secret. */
export function openHelmText(
  services: DashboardServices,
  secret: ObjectRef,
  part: HelmPart,
  of: string,
): DocumentModel {
  return new DocumentModel({
    view: { type: 'document', content: part, of },
    target: secret,
    ...(part === 'values' && { toggles: { 'all values': false } }),
    load: async (toggles) => {
      const release = await readRelease(await services.get(secret.resource, secret.namespace, secret.name));
      return texts[part](release, toggles['all values'] ?? false);
    },
    ...(part !== 'notes' && { paint: paintYaml }),
  });
}
