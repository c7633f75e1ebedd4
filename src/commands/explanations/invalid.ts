import type { Asked, Said } from './explanation.ts';

/** Where to read about the fields that were refused, and what is known of refusals that many meet. */
export async function* explainInvalid({ status, tool, connect }: Asked): AsyncGenerator<Said> {
  const { causes = [], kind = '', group = '' } = status?.details ?? {};
  const messages = causes.map(({ message = '' }) => message);
  if (messages.some((text) => /field is immutable|may not change once set|updates to .* are forbidden/i.test(text))) {
    yield 'This cannot be changed in an object that exists: it has to be deleted and made again, which this does at once:';
    yield { command: `${tool} replace --force -f FILE` };
  }
  if (messages.some((text) => /Too long: .*(?:262144|annotations)|must have at most 262144 bytes/.test(text))) {
    yield 'The annotation in which client-side apply keeps the last manifest would be too long. Server-side apply needs none:';
    yield { command: `${tool} apply --server-side -f FILE` };
  }
  const fields = [...new Set(causes.flatMap(({ field }) => (field ? [explainPath(field)] : [])))].filter(Boolean);
  if (fields.length === 0 || kind === '') return;
  const { discovery } = await connect();
  const { plural } = await discovery.resolve((group ? `${kind}.${group}` : kind).toLowerCase());
  yield 'What may stand there:';
  for (const field of fields.slice(0, 3)) yield { command: `${tool} explain ${plural}.${field}` };
}

/** `spec.containers[0].env[name]` → `spec.containers.env`; names in maps end the path. */
export function explainPath(field: string): string {
  return field
    .replace(/\[[^\]]*\]/g, '')
    .split('.')
    .filter((part) => part !== '' && part !== '<nil>')
    .join('.');
}
