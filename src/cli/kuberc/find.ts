import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';

export interface KubercFile {
  path: string;
  /** Somebody named it: then it has to be there. */
  explicit: boolean;
}

/**
 * The file with the user's preferences: `--kuberc`, `$KUBERC`, `~/.kube/kuberc` (kubectl 1.34, pkg/kuberc).
 * @returns undefined where they are turned off, or nothing says where they are
 * @throws KctlError where `--kuberc` is given and preferences are off, or has no value
 */
export function findKuberc(argv: readonly string[], { env, cwd }: IoStreams): KubercFile | undefined {
  const given = givenKuberc(argv);
  if (isFalse(env.KUBECTL_KUBERC)) return undefined;
  if (env.KUBERC === 'off') {
    if (given === undefined) return undefined;
    throw kubercError('kuberc error disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive');
  }
  const named = given || env.KUBERC;
  if (named) return { path: resolve(cwd, named), explicit: true };
  const home = process.platform === 'win32' ? env.USERPROFILE : env.HOME;
  return home ? { path: `${home}/.kube/kuberc`, explicit: false } : undefined;
}

/** All that goes wrong with preferences is said in one way. */
export function kubercError(reason: string, cause?: unknown): KctlError {
  return new KctlError('config', reason, { prefix: 'error occurred while applying preferences ', cause });
}

function givenKuberc(argv: readonly string[]): string | undefined {
  for (const [at, word] of argv.entries()) {
    if (word === '--') return undefined;
    const value = word === '--kuberc' ? argv[at + 1] : word.startsWith('--kuberc=') ? word.slice(9) : undefined;
    if (value) return value;
    if (/^--kuberc=?$/.test(word)) throw kubercError('kuberc file is not found');
  }
  return undefined;
}

const isFalse = (value: string | undefined): boolean => ['0', 'f', 'false'].includes(value?.toLowerCase() ?? '');
