/** Where compiled code is kept between runs; it can be deleted at any time. */
export function cacheFolder(): string {
  const { join } = process.getBuiltinModule('node:path');
  const base = process.env.XDG_CACHE_HOME || join(process.getBuiltinModule('node:os').homedir(), '.cache');
  return join(base, 'kctl', 'compile');
}
