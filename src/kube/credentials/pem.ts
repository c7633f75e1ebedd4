import { readFileSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { fileError } from '../kubeconfig/file-error.ts';

/** PEM text from inline base64, which wins, or from a file. */
export function pemOf(data: string | undefined, file: string | undefined): string | undefined {
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  return file ? readText(file) : undefined;
}

/** @throws KctlError `config` with Go's words */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KctlError('config', fileError(error, 'open', file), { cause: error });
  }
}
