import type { KeyParts } from './build-cache.ts';

/** A step of a build as it was: what it depended on, and which files it took. */
export interface RememberedStep {
  title: string;
  key: string;
  parts: KeyParts;
  /** Digests by path; of steps that copy files. */
  files?: Readonly<Record<string, string>>;
}

/** So many paths are named before they are only counted. */
const NAMED = 3;

/**
 * Why a step is done again though it was done before.
 * @param before the steps of the last build of the same stage
 * @param place its place among them
 * @returns undefined where nothing like it was built before
 */
export function whyMissed(step: RememberedStep, place: number, before: readonly RememberedStep[]): string | undefined {
  const old = before.find(({ title }) => title === step.title) ?? before[place];
  if (!old) return before.length > 0 ? 'it is new' : undefined;
  if (old.key === step.key) return 'its result was removed from the cache';
  if (old.title !== step.title && old.parts['what'] !== step.parts['what']) return `it was ${old.title}`;
  if (old.files && step.files) {
    const changed = changedFiles(old.files, step.files);
    if (changed.length > 0) return listed(changed);
  }
  const names = Object.keys({ ...old.parts, ...step.parts }).filter((name) => old.parts[name] !== step.parts[name]);
  const reasons = names.filter((name) => name !== 'parent' && name !== 'files').map(reasonOf);
  if (reasons.length > 0) return [...new Set(reasons)].join(', ');
  return names.includes('parent') ? 'a step before it changed' : undefined;
}

function changedFiles(old: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  for (const path of Object.keys(now)) {
    if (!(path in old)) found.push(`${path} is new`);
    else if (old[path] !== now[path]) found.push(`${path} changed`);
  }
  for (const path of Object.keys(old)) if (!(path in now)) found.push(`${path} is gone`);
  return found;
}

function listed(changes: readonly string[]): string {
  const shown = changes.slice(0, NAMED).join(', ');
  return changes.length > NAMED ? `${shown} and ${changes.length - NAMED} more` : shown;
}

function reasonOf(name: string): string {
  if (name.startsWith('variable ')) return `$${name.slice('variable '.length)} changed`;
  return reasons[name] ?? `its ${name} changed`;
}

const reasons: Readonly<Record<string, string>> = {
  what: 'the instruction changed',
  owner: 'its owner changed',
  source: 'what it copies from changed',
  commit: 'the repository is at another commit',
};
