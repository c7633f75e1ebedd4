import { ApiStatusError } from '../status.ts';
import { type FieldSet, pathsOf } from './field-set.ts';
import type { Manager } from './managers.ts';

export interface Clash {
  other: Manager;
  fields: FieldSet;
}

/** `"one"` for an applier, `"edit" using v1` for an updater. */
function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const where = subresource ? ` with subresource ${JSON.stringify(subresource)}` : '';
  return `${JSON.stringify(manager)}${where}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

function summary(conflicts: readonly { manager: string; path: string }[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${first!.manager}: ${first!.path}`;
  const lines: string[] = [];
  for (const manager of [...new Set(conflicts.map((conflict) => conflict.manager))].sort()) {
    lines.push(`conflicts with ${manager}:`);
    for (const conflict of conflicts) if (conflict.manager === manager) lines.push(`- ${conflict.path}`);
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

/** Throws what a server answers when an apply would change what others own. */
export function throwConflicts(clashes: readonly Clash[]): never {
  const conflicts = clashes.flatMap(({ other, fields }) =>
    pathsOf(fields).map((path) => ({ manager: managerText(other), path })),
  );
  throw new ApiStatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: summary(conflicts),
    reason: 'Conflict',
    details: {
      causes: conflicts.map(({ manager, path }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${manager}`,
        field: path,
      })),
    },
    code: 409,
  });
}
