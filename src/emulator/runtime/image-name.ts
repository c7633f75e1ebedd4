/** The repository's last part: `docker.io/library/postgres:17` → `postgres`. */
export function imageName(reference: string): string {
  const digest = reference.indexOf('@');
  const end = digest < 0 ? reference.length : digest;
  const start = end === 0 ? 0 : reference.lastIndexOf('/', end - 1) + 1;
  const tag = reference.indexOf(':', start);
  return reference.slice(start, tag < 0 ? end : Math.min(tag, end));
}

/** Images that hold a shell and tools, and no server that starts by itself. */
export const SHELL_IMAGES: ReadonlySet<string> = new Set(['busybox', 'alpine', 'ubuntu', 'debian', 'bash']);
