import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import { findBuiltinKind } from '../../api/resources.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import type { FlagSpec, FlagValues } from '../command.ts';

/** `--overrides` and `--override-type`: a last word on an object that a verb made. */
export const overrideFlags: readonly FlagSpec[] = [
  {
    name: 'override-type',
    type: 'string',
    default: 'merge',
    describe: 'What the text of --overrides is: a json patch, a merge patch or a strategic merge patch.',
  },
  { name: 'overrides', type: 'string', default: '', describe: 'JSON that changes the object before it is sent.' },
];

/** The object with `--overrides` applied. @throws KctlError in kubectl's words */
export async function withOverrides(object: KubeObject, flags: FlagValues): Promise<KubeObject> {
  const text = String(flags.overrides);
  if (text === '') return object;
  const type = String(flags['override-type']);
  const apply = Object.hasOwn(appliers, type) ? appliers[type] : undefined;
  if (!apply) throw new KctlError('usage', `invalid override type: ${type}`);
  const changed = await apply(structuredClone(object), text);
  if (!findBuiltinKind(changed.apiVersion, changed.kind)) {
    throw new KctlError(
      'input',
      `no kind "${changed.kind}" is registered for version "${changed.apiVersion}" in scheme "pkg/scheme/scheme.go:28"`,
    );
  }
  return asDeclared(changed);
}

const appliers: Readonly<Record<string, (object: KubeObject, text: string) => Promise<KubeObject>>> = {
  async json(object, text) {
    const { applyJsonPatch } = await import('../../lib/patch/json-patch.ts');
    return applyJsonPatch(object, await parse(text));
  },
  async merge(object, text) {
    const { applyMergePatch } = await import('../../lib/patch/merge-patch.ts');
    return applyMergePatch(object, await parse(text, 'Invalid JSON Patch')) as KubeObject;
  },
  async strategic(object, text) {
    const { applyStrategicMerge } = await import('../../api/strategic-merge.ts');
    return applyStrategicMerge(object, await parse(text, 'invalid JSON document'), object.apiVersion, object.kind);
  },
};

async function parse<T>(text: string, complaint?: string): Promise<T> {
  try {
    return parseExactJson(text) as T;
  } catch (cause) {
    const { goJsonError } = await import('../../lib/go-json-error.ts');
    throw new KctlError('input', complaint ?? goJsonError(text) ?? 'invalid JSON', { cause });
  }
}
