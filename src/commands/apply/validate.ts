import { KctlError } from '../../lib/errors.ts';
import type { ApplySet } from './apply-set.ts';
import type { ApplyOptions } from './options.ts';

type Rule = readonly [boolean, string];

/** What cannot go together, in kubectl's order. @throws KctlError `usage` */
export async function validateApply(options: ApplyOptions, set: ApplySet | undefined): Promise<void> {
  const { dryRun, serverSide, forceConflicts, force, all, selector, prune, subresource } = options;
  refuse([
    [forceConflicts && !serverSide, '--force-conflicts only works with --server-side'],
    [
      dryRun === 'client' && serverSide,
      "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
    ],
    [serverSide && force, '--force cannot be used with --server-side'],
    [dryRun === 'server' && force, '--dry-run=server cannot be used with --force'],
    [all && selector !== '', 'cannot set --all and --selector at the same time'],
    [set !== undefined && !prune, '--applyset requires --prune'],
  ]);
  await set?.validate();
  if (prune) refuse([[force, '--force cannot be used with --prune'], ...pruneRules(options, set !== undefined)]);
  refuse([[subresource !== '' && !serverSide, '--subresource can only be specified for --server-side']]);
}

function pruneRules({ all, selector, pruneAllowlist, serverSide }: ApplyOptions, hasSet: boolean): readonly Rule[] {
  if (hasSet) {
    return [
      [all, '--all is incompatible with --applyset'],
      [selector !== '', '--selector is incompatible with --applyset'],
      [pruneAllowlist.length > 0, '--prune-allowlist is incompatible with --applyset'],
    ];
  }
  return [
    [
      !all && selector === '',
      'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
    ],
    [serverSide, "--prune is in alpha and doesn't currently work on objects created by server-side apply"],
  ];
}

function refuse(rules: readonly Rule[]): void {
  const found = rules.find(([isWrong]) => isWrong);
  if (found) throw new KctlError('usage', found[1]);
}
