/** Go's words for the errors of the operating system that people meet in kubeconfigs. */
const words: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
};

/** `open /x: no such file or directory`, as Go prints a failed file operation. */
export function fileError(error: unknown, operation: string, file: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return `${operation} ${file}: ${words[code] ?? (error as Error).message}`;
}
