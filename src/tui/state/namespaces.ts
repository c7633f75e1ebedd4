import { matchNames, readPatterns } from '../../lib/name-patterns.ts';

/**
 * Where a view looks: undefined is all namespaces, else one name, several (`a,b`), or patterns
 * (`team-*`, `!kube-*`). No name of a namespace has any of these signs.
 */
export type NamespaceScope = string | undefined;

export function isOneNamespace(scope: NamespaceScope): scope is string {
  return scope !== undefined && !/[,*?!]/.test(scope);
}

/** The names where they are spelled out, so that each can be asked for by itself; undefined where patterns need all. */
export function spelledOut(scope: string): readonly string[] | undefined {
  const patterns = readPatterns([scope]);
  if (patterns.wild.length > 0) return undefined;
  return matchNames(patterns, []).names;
}

/** Whether a namespace is meant by `scope`. */
export function namespaceTest(scope: string): (namespace: string) => boolean {
  const patterns = readPatterns([scope]);
  return (namespace) => matchNames(patterns, [namespace]).names.includes(namespace);
}

const favouriteKeys = 9;

/** The favourites with `namespace` among them: each keeps its key; where all are taken, the last one gives its own. */
export function withFavourite(favourites: readonly string[], namespace: string): readonly string[] {
  if (favourites.includes(namespace)) return favourites;
  return [...favourites.slice(0, favouriteKeys - 1), namespace];
}
