import type { CommandContext } from '../command.ts';

/**
 * True where `-n` means several namespaces: `a,b`, `team-*`, `!kube-*`, none of which could be the name of one. Under the
 * name `kubectl` it never does.
 */
export function namesManyNamespaces({ globals, tool }: Pick<CommandContext, 'globals' | 'tool'>): boolean {
  return tool !== 'kubectl' && /[,*?!]/.test(String(globals.namespace ?? ''));
}
