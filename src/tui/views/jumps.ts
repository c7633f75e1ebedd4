import type { ResourceInfo } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { compileGoTemplate } from '../../lib/go-template.ts';
import type { Jump } from '../../settings/user-files.ts';
import type { ActionHost } from '../actions/action.ts';
import { say } from '../words/say.ts';
import type { NewTable, ObjectRef } from './view.ts';

/** `apps/v1/deployments`, as k9s names a kind. */
const gvrOf = ({ group, version, plural }: ResourceInfo): string => `${group ? `${group}/` : ''}${version}/${plural}`;

/** What discovery finds a kind by: `deployments.v1.apps`. @throws KctlError for what names none */
function argumentOf(gvr: string): string {
  const [plural, version, group] = gvr.split('/').reverse();
  if (!plural || !version) {
    throw new KctlError('config', say('jumps.yaml: "{gvr}" is no GROUP/VERSION/RESOURCE', { gvr }));
  }
  return group ? `${plural}.${version}.${group}` : plural;
}

/** Where enter leads from objects of a kind by the user's own file; undefined where it says nothing of it. */
export function jumpOf(
  resource: ResourceInfo,
  jumps: Readonly<Record<string, Jump>>,
): ((host: ActionHost, ref: ObjectRef) => Promise<NewTable>) | undefined {
  const jump = jumps[gvrOf(resource)];
  return jump && ((host, ref) => tableOf(jump, host, ref));
}

async function tableOf(
  { targetGVR, labelSelector = '', fieldSelector = '', targetNamespace = '' }: Jump,
  host: ActionHost,
  { resource, namespace, name }: ObjectRef,
): Promise<NewTable> {
  const target = await host.services.cluster.discovery.resolve(argumentOf(targetGVR));
  const isTemplate = [labelSelector, fieldSelector, targetNamespace].some((text) => text.includes('{{'));
  const object = isTemplate ? await host.services.get(resource, namespace, name) : undefined;
  // A field that the object does not have would make a selector of its neighbours: that is an error.
  const filled = (text: string) =>
    (object ? compileGoTemplate(text, { allowMissingKeys: false })(object) : text).trim();
  const [labels, fields, place] = [labelSelector, fieldSelector, targetNamespace].map(filled);
  const where = place === '' || place === 'same' ? namespace : place === 'all' ? undefined : place;
  return {
    resource: target,
    scope: {
      ...(target.namespaced && where !== undefined && { namespace: where }),
      ...(labels && { labelSelector: labels }),
      ...(fields && { fieldSelector: fields }),
    },
    of: `${resource.singular || resource.plural}/${name}`,
  };
}
