import { csvFields } from '../../lib/csv-fields.ts';
import { KctlError } from '../../lib/errors.ts';
import type { Platform } from './plan/platform.ts';

/** Where the result goes: `--output`. */
export interface Output {
  type: 'image' | 'docker' | 'oci' | 'local' | 'tar';
  /** A file or a folder; `-` for standard output; undefined for the image store. */
  destination: string | undefined;
  /** Names beside those of `-t`. */
  names: readonly string[];
  /** To the registries of its names, too. */
  push?: boolean;
}

const TYPES: readonly string[] = ['image', 'registry', 'docker', 'oci', 'local', 'tar'];

/**
 * `type=oci,dest=web.tar`, `type=image,"name=web:1,web:2"`, or a path alone: a folder, `-` for a tar.
 * @throws KctlError `usage`
 */
export function parseOutput(text: string): Output {
  if (!text.includes('=')) {
    return { type: text === '-' ? 'tar' : 'local', destination: text, names: [] };
  }
  const values = new Map<string, string>();
  for (const field of csvFields(text)) {
    const equals = field.indexOf('=');
    if (equals <= 0)
      throw new KctlError('usage', `invalid value ${field}`, { hint: 'Write it as type=oci,dest=FILE.' });
    values.set(field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1));
  }
  const type = values.get('type');
  if (type === undefined) throw new KctlError('usage', 'type is required for output');
  if (!TYPES.includes(type)) {
    throw new KctlError('usage', `there is no output of type "${type}"`, { hint: `There are: ${TYPES.join(', ')}` });
  }
  const destination = values.get('dest') ?? values.get('destination');
  if (type === 'local' && (destination ?? '-') === '-')
    throw new KctlError('usage', 'output of type local needs dest=FOLDER');
  const push = type === 'registry' || values.get('push') === 'true';
  const isStore = type === 'image' || type === 'registry' || (type === 'docker' && destination === undefined);
  return {
    type: isStore ? 'image' : (type as Output['type']),
    destination: isStore ? undefined : (destination ?? '-'),
    ...(push ? { push } : {}),
    names: (values.get('name') ?? '').split(',').filter(Boolean),
  };
}

/**
 * Outputs that hold one image only.
 * @throws KctlError `usage`
 */
export function checkOutput({ type }: Output, platforms: readonly Platform[]): void {
  if (platforms.length === 1) return;
  if (type === 'docker') {
    throw new KctlError('usage', 'docker exporter does not currently support exporting manifest lists', {
      hint: 'Archives of several platforms are those of OCI: --output type=oci,dest=FILE.',
    });
  }
  if (type === 'tar') {
    throw new KctlError('usage', 'the files of several platforms do not go into one tar', {
      hint: 'Write them to folders: --output type=local,dest=FOLDER.',
    });
  }
}
