import { writeFileSync } from 'node:fs';
import { objectPatch } from '../../../../api/changes/object-patch.ts';
import type { KubeObject } from '../../../../api/meta.ts';
import { KctlError } from '../../../../lib/errors.ts';
import { parseExactJson } from '../../../../lib/exact-json.ts';
import { toKubeJson } from '../../../../lib/json.ts';
import { toYaml } from '../../../../lib/yaml.ts';
import { editableObject } from './edited-text.ts';

/**
 * Writes what was changed as a patch that `kctl patch --patch-file` takes: JSON where the name ends so, else YAML.
 * Readable for its owner alone, since a patch of a secret has its values.
 * @returns the patch's type, as `--type` names it
 * @throws KctlError `input` where the file is there already or cannot be written
 */
export function writePatch(path: string, base: KubeObject, mine: KubeObject): 'strategic' | 'merge' {
  const { body, contentType } = objectPatch(editableObject(base), mine);
  const patch = parseExactJson(body);
  const text = path.endsWith('.json') ? `${toKubeJson(patch)}\n` : toYaml(patch);
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new KctlError('input', (error as Error).message, { cause: error });
  }
  return contentType.includes('strategic') ? 'strategic' : 'merge';
}
