import { readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import { KctlError } from '../../lib/errors.ts';

/** @throws KctlError `usage` where the file that a flag names is not there */
export function requireFile(flag: string, path: string, cwd: string): void {
  try {
    statSync(resolve(cwd, path));
  } catch (error) {
    const reason = fileError(error, 'stat', path);
    throw new KctlError('usage', `could not stat ${flag} file ${path}: ${reason}`, { cause: error });
  }
}

/** The content of a file as a kubeconfig holds it; nothing where it cannot be read, as kubectl has it. */
export function base64File(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path)).toString('base64');
  } catch {
    return '';
  }
}

/** A path as a kubeconfig holds it: relative where it is in the folder of the file, else absolute. */
export function pathFor(path: string, cwd: string, kubeconfig: string): string {
  const absolute = resolve(cwd, path);
  const inside = relative(dirname(kubeconfig), absolute);
  return inside.startsWith('../') ? absolute : inside || '.';
}
