import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import type { Selector } from '../../lib/label-selector.ts';
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
  const wanted = readSelector(selector, parseLabelSelector);
  return { ...options, accepts: (object) => wanted.matches(object.metadata.labels) };
}

/** True where `-f` or `-k` says which objects are meant. */
export function hasFiles({ filenames, kustomize }: Pick<FileOptions, 'filenames' | 'kustomize'>): boolean {
  return filenames.length > 0 || kustomize !== '';
}

/** For verbs that take nothing but files. @throws KctlError `usage` */
export function validateFileOptions(files: FileOptions): void {
  requireOneSource(files);
  if (!hasFiles(files)) throw new KctlError('usage', 'must specify one of -f and -k');
}

/** `-k` stands alone. @throws KctlError `usage` */
export function requireOneSource({ filenames, kustomize, recursive }: FileOptions): void {
  if (kustomize === '') return;
  if (filenames.length > 0) throw new KctlError('usage', 'only one of -f or -k can be specified');
  if (recursive) throw new KctlError('usage', "the -k flag can't be used with -f or -R");
}

/** @throws KctlError `usage` in kubectl's words for a label query that is none */
function readSelector(text: string, parse: (text: string) => Selector): Selector {
  try {
    return parse(text);
  } catch (error) {
    const reason = (error as Error).message;
    throw new KctlError('usage', `the provided selector ${JSON.stringify(text)} is not valid: ${reason}`, {
      cause: error,
    });
  }
}
