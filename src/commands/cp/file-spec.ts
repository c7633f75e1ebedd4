import { posix } from 'node:path';
import { KctlError } from '../../lib/errors.ts';

/** One side of a copy: a path here, or in a container. */
export interface FileSpec {
  /** '' is this machine. */
  pod: string;
  /** '' is the namespace in use. */
  namespace: string;
  path: string;
}

const drive = /^[A-Za-z]:[\\/]/;

/**
 * Reads `[[NAMESPACE/]POD:]PATH`. On Windows `C:\dir` is a path here.
 * @throws KctlError `usage` in kubectl's words
 */
export function parseFileSpec(text: string, platform: NodeJS.Platform = process.platform): FileSpec {
  const colon = platform === 'win32' && drive.test(text) ? -1 : text.indexOf(':');
  if (colon < 0) return { pod: '', namespace: '', path: withoutTrailingSlash(text) };
  const parts = text.slice(0, colon).split('/');
  if (colon === 0 || parts.length > 2) {
    throw new KctlError('usage', 'filespec must match the canonical format: [[namespace/]pod:]file/path');
  }
  const [pod = '', namespace = ''] = parts.reverse();
  return { pod, namespace, path: remotePath(text.slice(colon + 1)) };
}

/** A path in a container has slashes only, and none at its end. */
export function remotePath(path: string): string {
  return withoutTrailingSlash(path).replaceAll('\\', '/');
}

function withoutTrailingSlash(path: string): string {
  return path !== '/' && path.endsWith('/') ? path.slice(0, -1) : path;
}

/**
 * What tar puts in front of every name when it packs `path`: it drops slashes at the beginning, and so
 * does whoever unpacks; ways out of the root lead nowhere.
 */
export function archivePrefix(path: string): string {
  return withoutWaysUp(posix.normalize(path.replace(/^[/\\]+/, '') || '.')).replace(/(.)\/$/, '$1');
}

function withoutWaysUp(path: string): string {
  const rest = path.replace(/^(?:\.\.\/)+/, '');
  return rest === '.' || rest === '..' ? '' : rest.replace(/^\//, '');
}
