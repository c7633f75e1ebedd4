import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { csvFields } from '../../lib/csv-fields.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';

/**
 * `id=npm,src=.npmrc`, `id=token,env=TOKEN`; an id alone is the variable of that name, or else the file.
 * @returns what reads each; contents are held only while they are needed
 * @throws KctlError `usage`; `input` for a file that cannot be read
 */
export function readSecrets(texts: readonly string[], { cwd, env }: IoStreams): Map<string, () => Buffer | undefined> {
  const secrets = new Map<string, () => Buffer | undefined>();
  for (const text of texts) {
    const values = new Map<string, string>();
    for (const field of csvFields(text)) {
      const equals = field.indexOf('=');
      if (equals <= 0)
        throw new KctlError('usage', `invalid secret: invalid field '${field}' must be a key=value pair`);
      values.set(field.slice(0, equals).toLowerCase(), field.slice(equals + 1));
    }
    const id = values.get('id');
    if (!id)
      throw new KctlError('usage', `invalid secret "${text}": it needs an id`, {
        hint: 'id=NAME,src=FILE or id=NAME,env=VARIABLE',
      });
    const unknown = [...values.keys()].find((key) => !['id', 'src', 'source', 'env', 'type'].includes(key));
    if (unknown) throw new KctlError('usage', `invalid secret: unexpected key '${unknown}'`);
    const isEnv = values.get('type') === 'env';
    const file = values.get('src') ?? values.get('source');
    const variable =
      values.get('env') ?? (isEnv ? (file ?? id) : file === undefined && env[id] !== undefined ? id : undefined);
    if (variable !== undefined) {
      secrets.set(id, () => (env[variable] === undefined ? undefined : Buffer.from(env[variable])));
      continue;
    }
    const path = resolve(cwd, file ?? id);
    const read = () => {
      try {
        return readFileSync(path);
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        throw new KctlError('input', `secret ${id}: ${code === 'ENOENT' ? `there is no file ${path}` : message}`, {
          cause,
        });
      }
    };
    // A file that is not there is said at once, and not after minutes of building.
    read();
    secrets.set(id, read);
  }
  return secrets;
}
