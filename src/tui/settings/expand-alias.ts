/** `apps/v1/deployments` and `v1/pods`, as k9s writes kinds, in kubectl's way. */
const groupVersionResource = /^(?:([\w.-]+)\/)?(v\d\w*)\/([\w-]+)$/;

/**
 * A line whose first word is one of the user's own, with what that stands for in its place; one that stands for a
 * further word of theirs is followed, and no word twice.
 */
export function expandAlias(line: string, aliases: Readonly<Record<string, string>>): string {
  const seen = new Set<string>();
  let text = line.trim().replace(/^:/, '').trim();
  for (;;) {
    const [word = ''] = text.split(/\s/, 1);
    const meant = Object.hasOwn(aliases, word) && !seen.has(word) ? aliases[word] : undefined;
    if (meant === undefined) break;
    seen.add(word);
    text = meant.trim() + text.slice(word.length);
  }
  return text.replace(/^\S+/, (word) => {
    const [, group, version, resource] = groupVersionResource.exec(word) ?? [];
    return resource ? (group ? `${resource}.${version}.${group}` : resource) : word;
  });
}
