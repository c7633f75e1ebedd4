import { KctlError } from '../../lib/errors.ts';
import { type FileOptions, hasFiles } from './file-options.ts';

/** Files and words that name resources do not go together. @throws KctlError `usage` in kubectl's words */
export function refuseMixed(args: readonly string[], files: FileOptions): void {
  if (args.length === 0 || !hasFiles(files)) return;
  throw new KctlError(
    'usage',
    args.some((word) => word.includes('/'))
      ? 'resource/name arguments cannot be provided when a path is specified'
      : 'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well',
  );
}

/** A path that does not exist is noticed before anything is done. @throws KctlError, ErrorList */
export function missingPaths(unread: readonly KctlError[]): readonly KctlError[] {
  return unread.filter(({ message }) => /^the path ".*" does not exist$/s.test(message));
}
