import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import { inOrder } from '../../lib/in-order.ts';
import type { CommandContext } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { labelled, openScopes, type Scope, type Scopes, scopesAtOnce } from '../shared/scopes.ts';
import { type GetOptions, isTable } from './options.ts';
import { type Part, targetsOf } from './parts.ts';
import type { GetTarget } from './targets.ts';
import { withFilter } from './with-filter.ts';

/** `get` over several namespaces and contexts: what they have as one list; what fails is told, and the rest shown. */
export async function getMany(options: GetOptions, context: CommandContext): Promise<number> {
  refuse(options);
  const opened = await openScopes(options.contexts, context, options.allNamespaces);
  if (options.watch) return (await import('./watch-many.ts')).watchMany(opened, options, context);
  const errors = [...opened.errors];
  const parts: Part[] = [];
  for await (const read of inOrder(opened.scopes, scopesAtOnce, (scope) => readScope(scope, options, context))) {
    if (read.status === 'rejected') throw read.reason;
    parts.push(...read.value.parts);
    errors.push(...read.value.errors);
  }
  const kept = withoutTolerated(errors, parts);
  const groups = groupByType(parts.filter((part) => (part.page?.rows ?? part.objects ?? []).length > 0));
  if (isTable(options)) await (await import('./many-tables.ts')).printGroups(groups, opened, options, context);
  else await (await import('./many-objects.ts')).printTogether(groups, options, context);
  if (groups.length === 0 && kept.length === 0 && !options.ignoreNotFound && isTable(options)) {
    context.io.stderr.write(nothingAnywhere(opened, parts));
  }
  throwCollected(kept);
  return 0;
}

/** @throws KctlError `usage` for what can only be asked of one place */
function refuse({ raw, filenames, format }: GetOptions): void {
  if (format.name === 'tree' || format.name === 'layers') {
    throw new KctlError('usage', `-o ${format.name} needs a single namespace and context, or -A`);
  }
  if (raw !== '') throw new KctlError('usage', '--raw asks one server: it cannot be used with --contexts');
  if (filenames.includes('-')) {
    throw new KctlError('usage', 'the standard input can be read once: -f - needs a single namespace and context');
  }
}

/** An error that may be forgiven: a name that a pattern of namespaces does not have everywhere. */
class MissingHere {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

async function readScope(scope: Scope, options: GetOptions, context: CommandContext) {
  const errors: unknown[] = [];
  let parts: Part[] = [];
  try {
    const targets = await targetsOf(scope, options, context);
    const chosen = await withFilter(options, targets, scope.cluster);
    const read = await Promise.allSettled(targets.map((target) => readTarget(scope, target, chosen, context, errors)));
    chosen.filter?.tell(context.io);
    parts = read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    for (const result of read) if (result.status === 'rejected') errors.push(result.reason);
    const isEmpty = parts.every(({ page, objects }) => (page?.rows ?? objects ?? []).length === 0);
    if (isEmpty && targets.some(({ resource }) => resource.namespaced) && errors.length === 0 && scope.isNamed)
      errors.push(...(await absentNamespace(scope, context)));
  } catch (error) {
    errors.push(error);
  }
  const told = errors.map((error) => {
    const withPlace = labelled(error, placeOf(scope, error));
    return !scope.isNamed && isApiError(error, 'NotFound') ? new MissingHere(withPlace) : withPlace;
  });
  return { parts, errors: told };
}

async function readTarget(
  scope: Scope,
  target: GetTarget,
  options: GetOptions,
  context: CommandContext,
  errors: unknown[],
): Promise<Part> {
  if (isTable(options)) {
    const { wholePage } = await import('./tables.ts');
    return { scope, target, page: await wholePage(target, options, scope.cluster, context, errors) };
  }
  const { objectsOf } = await import('./objects.ts');
  const objects: KubeObject[] = [];
  for await (const object of objectsOf(target, options, scope.cluster, context, errors)) objects.push(object);
  return { scope, target, objects };
}

/** An empty list may be that of a namespace that is not there, which servers do not tell. */
async function absentNamespace({ cluster }: Scope, { signal }: CommandContext): Promise<unknown[]> {
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(cluster.namespace)}`;
    await cluster.transport.json({ method: 'GET', path, signal });
    return [];
  } catch (error) {
    // Who may not ask has to do without the answer.
    return isApiError(error, 'NotFound') ? [error] : [];
  }
}

/** What a message says already is not said again. */
function placeOf({ label, cluster, context }: Scope, error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const namesIt = message.includes(`namespace "${cluster.namespace}"`) || message.startsWith('namespaces "');
  return namesIt ? context && `context "${context}"` : label;
}

/** Where a pattern chose the places, one that has a named object is enough. */
function withoutTolerated(errors: readonly unknown[], parts: readonly Part[]): unknown[] {
  const found = parts.some(({ page, objects }) => (page?.rows ?? objects ?? []).length > 0);
  const missing = errors.filter((error) => error instanceof MissingHere);
  const others = errors.filter((error) => !(error instanceof MissingHere));
  return found ? others : [...others, ...missing.map(({ error }) => error)];
}

/** By type, in the order in which types were named; in each the places in their order. */
function groupByType(parts: readonly Part[]): readonly (readonly Part[])[] {
  const key = ({ target: { resource } }: Part) => `${resource.group}/${resource.plural}`;
  return [...Map.groupBy(parts, key).values()];
}

function nothingAnywhere({ scopes, severalContexts, severalNamespaces }: Scopes, parts: readonly Part[]): string {
  if (!severalNamespaces || !parts.every(({ target }) => target.resource.namespaced)) {
    return severalContexts ? 'No resources found in any of the contexts.\n' : 'No resources found\n';
  }
  const names = [...new Set(scopes.map(({ cluster }) => cluster.namespace))];
  return `No resources found in ${names.join(', ')} ${names.length === 1 ? 'namespace' : 'namespaces'}.\n`;
}
