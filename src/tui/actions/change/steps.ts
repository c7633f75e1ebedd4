import { groupResource } from '../../../api/resource.ts';
import { shellWord } from '../../../lib/shell-word.ts';
import type { DialogValues } from '../../state/dialog.ts';
import type { ObjectRef } from '../../views/view.ts';
import type { Change, Step } from './change.ts';

/** A command line as it could be typed in a shell. */
export function commandText(argv: readonly string[]): string {
  return ['kctl', ...argv].map(shellWord).join(' ');
}

export function inNamespace(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : ['-n', namespace];
}

/** The namespace that objects of one group are in, as flags. */
export function namespaceFlags([first]: readonly ObjectRef[]): readonly string[] {
  return inNamespace(first?.namespace);
}

/** Objects by kind and namespace, in their order: a command line names objects of one namespace. */
function grouped(targets: readonly ObjectRef[]): ObjectRef[][] {
  return [...Map.groupBy(targets, (ref) => `${groupResource(ref.resource)} ${ref.namespace ?? ''}`).values()];
}

/**
 * The command lines of a change.
 * @param context the name of the context where that has to be given: it is protected
 */
export function stepsOf(change: Change, values: DialogValues, context: string | undefined): Step[] {
  const groups = change.each ? change.targets.map((ref) => [ref]) : grouped(change.targets);
  return groups.map((targets) => {
    const argv = change.argv(targets, values);
    const stdin = change.stdin?.(targets, values);
    return {
      targets,
      argv: context === undefined ? argv : [...argv, `--confirm-context=${context}`],
      ...(stdin !== undefined && { stdin }),
    };
  });
}
