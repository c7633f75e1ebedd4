import { lastAppliedAnnotation } from './last-applied-annotation.ts';

const mostCharacters = 60;

/**
 * The value of one field in a few words. Values of secrets are not shown, and neither is the manifest that `apply`
 * keeps in an annotation, which says the same once more.
 * @param path `data.token`, `metadata.annotations`
 */
export function shownValue(value: unknown, path: string, isSecret: boolean): string {
  if (value === undefined) return '(none)';
  if (path.includes(lastAppliedAnnotation)) return '(a manifest)';
  if (isSecret && /^(data|stringData)\b/.test(path)) return '(hidden)';
  const text = JSON.stringify(value, (key, part: unknown) => (key === lastAppliedAnnotation ? '(a manifest)' : part));
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}...` : text;
}
