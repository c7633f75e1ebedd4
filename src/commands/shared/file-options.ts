import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagValues } from '../command.ts';

/** `-f`, `-k`, `-R` and the `-l` that chooses among the objects of files. */
export interface FileOptions {
  filenames: readonly string[];
  kustomize: string;
  recursive: boolean;
  accepts?: (object: KubeObject) => boolean;
}

export async function readFileOptions(flags: FlagValues): Promise<FileOptions> {
  const selector = String(flags.selector ?? '');
  const options: FileOptions = {
    filenames: (flags.filename as readonly string[] | undefined) ?? [],
    kustomize: String(flags.kustomize ?? ''),
    recursive: flags.recursive === true,
  };
  if (selector === '') return options;
  const { parseLabelSelector } = await import('../../lib/label-selector.ts');
  const wanted = parseLabelSelector(selector);
  return { ...options, accepts: (object) => wanted.matches(object.metadata.labels) };
}

/** For verbs that take nothing but files. @throws KctlError `usage` */
export function validateFileOptions({ filenames, kustomize }: FileOptions, commandLine: string): void {
  if (filenames.length > 0 && kustomize !== '') throw new KctlError('usage', 'only one of -f or -k can be specified');
  if (kustomize !== '') throw kustomizeUnsupported(kustomize, commandLine);
  if (filenames.length === 0) throw new KctlError('usage', 'must specify one of -f and -k');
}

/** Kustomizations are built by another program until kctl can. */
export function kustomizeUnsupported(folder: string, commandLine: string): KctlError {
  return new KctlError('usage', 'kustomizations (-k) are not supported yet', {
    hint: `Build it first: kustomize build ${folder} | ${commandLine} -f -`,
  });
}
