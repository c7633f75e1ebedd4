/** Go's words for the errors of the operating system that people meet in kubeconfigs. */
const words: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  ENAMETOOLONG: 'file name too long',
  ELOOP: 'too many levels of symbolic links',
};

/** `open /x: no such file or directory`, as Go prints a failed file operation. */
export function fileError(error: unknown, operation: string, file: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return `${operation} ${file}: ${words[code] ?? (error as Error).message}`;
}
