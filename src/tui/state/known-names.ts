import type { ResourceInfo } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import type { DashboardServices } from '../services.ts';
import { isOneNamespace } from './namespaces.ts';
import { shortNames } from './short-names.ts';

/** What command lines can be completed with. */
export interface CompletionFacts {
  resources: readonly ResourceInfo[];
  namespaces: readonly string[];
  contexts: readonly string[];
  themes: readonly string[];
}

/** What the command line can complete; what cannot be had is left out. */
export async function completionFacts(
  services: DashboardServices,
  themes: readonly string[],
): Promise<CompletionFacts> {
  const [resources, namespaces, contexts] = await Promise.allSettled([
    services.cluster.discovery.resources(),
    services.cluster.discovery.resolve('namespaces').then((resource) => services.list(resource, {})),
    services.contexts(),
  ]);
  return {
    themes,
    resources: resources.status === 'fulfilled' ? resources.value : [],
    namespaces: namespaces.status === 'fulfilled' ? namespaces.value.map((object) => object.metadata.name ?? '') : [],
    contexts: contexts.status === 'fulfilled' ? contexts.value.contexts.map((context) => context.name) : [],
  };
}

/** The kind that a user calls `kind`. @throws KctlError that says what may have been meant */
export async function resolveKind(
  kind: string,
  services: DashboardServices,
  known: CompletionFacts,
): Promise<ResourceInfo> {
  try {
    return await services.cluster.discovery.resolve(kind);
  } catch (error) {
    if (!(error instanceof KctlError) || error.code !== 'input') throw error;
    const meant = shortNames.get(kind.toLowerCase());
    if (meant) return resolveKind(meant, services, known);
    const near = nearestName(
      kind,
      known.resources.flatMap((one) => [one.plural, ...one.shortNames]),
    );
    const hint = near ? `Did you mean :${near}? :aliases lists every kind.` : ':aliases lists every kind.';
    throw new KctlError('input', error.message, { hint, cause: error });
  }
}

/**
 * Does nothing for `all`, for several, and for what nobody may look up.
 * @throws KctlError where the server knows that there is no namespace `name`
 */
export async function checkNamespace(name: string, services: DashboardServices, known: CompletionFacts): Promise<void> {
  if (name === 'all' || !isOneNamespace(name)) return;
  try {
    await services.get(await services.cluster.discovery.resolve('namespaces'), undefined, name);
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.httpCode !== 404) return;
    const near = nearestName(name, known.namespaces);
    const hint = near ? `Did you mean :ns ${near}?` : ':ns lists them.';
    throw new KctlError('input', `There is no namespace "${name}".`, { hint, cause: error });
  }
}
