/** The repository's last part: `docker.io/library/postgres:17` → `postgres`. */
export function imageName(reference: string): string {
  const path = reference.split('@')[0]!.split('/').at(-1)!;
  return path.split(':')[0]!;
}

/** Images that hold a shell and tools, and no server that starts by itself. */
export const SHELL_IMAGES: ReadonlySet<string> = new Set(['busybox', 'alpine', 'ubuntu', 'debian']);
