import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { chooseContexts } from './many-contexts.ts';
import { chooseNamespaces, inNamespace } from './many-namespaces.ts';
import { namesManyNamespaces } from './names-many-namespaces.ts';

/** One place that a reading verb looks into: a namespace of a context. */
export interface Scope {
  /** '' where there is only one. */
  context: string;
  /** As `-n NAMESPACE --context=CONTEXT` would open it. */
  cluster: Cluster;
  /** The first of its context: what is in no namespace is asked for there, once. */
  isFirst: boolean;
  /** The namespace was named, and not found by a pattern. */
  isNamed: boolean;
  /** What is in front of its failures: `context "a", namespace "b"`. */
  label: string;
}

export interface Scopes {
  scopes: readonly Scope[];
  /** Of contexts that could not be opened, or whose namespaces could not be listed. */
  errors: readonly unknown[];
  severalContexts: boolean;
  severalNamespaces: boolean;
}

/** So many requests are under way at a time. */
export const scopesAtOnce = 8;

/**
 * Opens every namespace of every context that `-n` and `--contexts` mean; contexts side by side.
 * @param allNamespaces `-A` stands over `-n`, as it does for one
 * @throws KctlError `usage` for patterns of contexts that find none
 */
export async function openScopes(
  contexts: readonly string[],
  context: CommandContext,
  allNamespaces = false,
): Promise<Scopes> {
  const severalNamespaces = !allNamespaces && namesManyNamespaces(context);
  const names = contexts.length > 0 ? await chooseContexts(contexts, context) : [''];
  const namespaces = severalNamespaces ? String(context.globals.namespace) : '';
  const opened = await Promise.allSettled(
    names.map(async (name) => {
      const cluster = await context.connect(name === '' ? undefined : name);
      return namespaces === ''
        ? [scopeOf(name, cluster, '', 0, false)]
        : await scopesOf(name, cluster, namespaces, context.signal);
    }),
  );
  const scopes: Scope[] = [];
  const errors: unknown[] = [];
  for (const [at, result] of opened.entries()) {
    if (result.status === 'fulfilled') scopes.push(...result.value);
    else errors.push(labelled(result.reason, names[at] ? `context "${names[at]}"` : ''));
  }
  return { scopes, errors, severalContexts: contexts.length > 0, severalNamespaces };
}

async function scopesOf(name: string, cluster: Cluster, text: string, signal: AbortSignal): Promise<Scope[]> {
  const { names, isExact } = await chooseNamespaces(text, cluster, signal);
  return names.map((namespace, at) => scopeOf(name, cluster, namespace, at, isExact(namespace)));
}

function scopeOf(name: string, cluster: Cluster, namespace: string, at: number, isNamed: boolean): Scope {
  const label = [name && `context "${name}"`, namespace && `namespace "${namespace}"`].filter(Boolean).join(', ');
  return {
    context: name,
    cluster: namespace === '' ? cluster : inNamespace(cluster, namespace),
    isFirst: at === 0,
    isNamed,
    label,
  };
}

/** The failure with the place that it is about in front. */
export function labelled(error: unknown, label: string): unknown {
  if (!(error instanceof KctlError) || label === '') return error;
  const message = `${label}: ${error.message}`;
  if (error instanceof ApiStatusError) return new ApiStatusError({ ...error.status, message }, { cause: error });
  const { code, hint, exitCode, prefix } = error;
  return new KctlError(code, message, { prefix, exitCode, cause: error, ...(hint !== undefined && { hint }) });
}
