import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { parseYamlDocuments } from '../../lib/yaml.ts';

/** The words of `--type` and the media types they stand for. */
export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

export type PatchType = keyof typeof patchTypes;

/**
 * The patch as JSON. What begins like a JSON object goes to the server as it is, so that its words
 * about it are the ones that are read; everything else is YAML.
 * @throws KctlError `input` for a file that cannot be read and for what is not YAML
 */
export async function readPatch(
  { patch, patchFile }: { patch: string; patchFile: string },
  io: IoStreams,
): Promise<string> {
  const text = patchFile === '' ? patch : await fileText(patchFile, io);
  if (text.trimStart().startsWith('{')) return text;
  try {
    const documents = parseYamlDocuments(text, 'patch', true);
    return JSON.stringify(documents[0] ?? {});
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const reason = error.message.replace(/^.*?(?=yaml: )/s, '');
    throw new KctlError('input', `unable to parse ${JSON.stringify(text)}: ${reason}`, { cause: error });
  }
}

async function fileText(path: string, { cwd }: IoStreams): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new KctlError('input', `unable to read patch file: ${fileError(error, 'open', path)}`, {
      cause: error,
    });
  }
}
