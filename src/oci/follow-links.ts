/** As many links as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Where a path below a root leads, links on the way followed as in a container: absolute ones begin at the root, and
 * `..` does not lead out of it. What is there, and whether, makes no difference.
 * @param linkAt where the symlink at a path leads, undefined where none is; the path has no links before its last part
 * @param last whether the last part is followed, too, where it is a link
 * @returns without `/` at both ends, '' for the root; undefined for links that go round
 */
export function followLinks(
  path: string,
  linkAt: (path: string) => string | undefined,
  last = true,
): string | undefined {
  let links = 0;
  let done: string[] = [];
  const rest = path.split('/').reverse();
  while (rest.length > 0) {
    const part = rest.pop()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const link = linkAt([...done, part].join('/'));
    const isFollowed = link !== undefined && (last || rest.some((one) => one !== '' && one !== '.'));
    if (isFollowed) {
      if (++links > MAX_LINKS) return undefined;
      if (link.startsWith('/')) done = [];
      rest.push(...link.split('/').reverse());
    } else done.push(part);
  }
  return done.join('/');
}
