import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { ErrorList } from '../shared/errors.ts';
import { sameTaint, type Taint, type TaintChanges } from './taint-args.ts';

export interface ChangedTaints {
  /** As the success line has it. */
  operation: 'tainted' | 'untainted' | 'modified';
  /** New ones first, as kubectl sends them. */
  taints: readonly Taint[];
}

/** @throws KctlError `input` for taints that are there already, ErrorList for taints to remove that are not */
export function changeTaints(node: KubeObject, { add, remove }: TaintChanges, overwrite: boolean): ChangedTaints {
  const before: readonly Taint[] = node.spec?.taints ?? [];
  if (!overwrite) refuseExisting(node, before, add);
  let taints = [...add, ...before.filter((taint) => !add.some((other) => sameTaint(other, taint)))];
  const added = taints.length !== before.length;
  // As with kubectl, only the last removal counts for what the line says.
  let removed = false;
  const missing: string[] = [];
  for (const unwanted of remove) {
    const left = taints.filter(
      (taint) => !(unwanted.effect === '' ? taint.key === unwanted.key : sameTaint(taint, unwanted)),
    );
    removed = left.length !== taints.length;
    if (!removed) missing.push(unwanted.effect === '' ? unwanted.key : `${unwanted.key}:${unwanted.effect}`);
    taints = left;
  }
  if (missing.length > 0) throw notFound(missing);
  const operation = (added && removed) || overwrite ? 'modified' : added ? 'tainted' : 'untainted';
  return { operation, taints };
}

function refuseExisting({ metadata }: KubeObject, before: readonly Taint[], add: readonly Taint[]): void {
  const existing = add.filter((taint) => before.some((other) => sameTaint(other, taint))).map(({ key }) => key);
  if (existing.length === 0) return;
  throw new KctlError(
    'input',
    `node ${metadata.name} already has ${existing.join(',')} taint(s) with same effect(s) and --overwrite is false`,
  );
}

function notFound(names: readonly string[]): ErrorList {
  return new ErrorList(names.map((name) => new KctlError('input', `taint "${name}" not found`)));
}
