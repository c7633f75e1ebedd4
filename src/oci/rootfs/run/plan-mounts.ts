import { statSync } from 'node:fs';
import { KctlError } from '../../../lib/errors.ts';
import type { StackedFiles } from '../stacked-files.ts';
import type { RunMount } from '../types.ts';

/** A mount whose place is known. */
export interface PlannedMount {
  mount: RunMount;
  /** In the root, without links: `run/secrets/key`. */
  target: string;
  isFolder: boolean;
}

/** What is mounted in every root. */
export const systemMounts = {
  folders: ['proc', 'dev', 'sys'],
  files: ['etc/resolv.conf', 'etc/hosts'],
} as const;

/**
 * Finds the places of mounts, outer ones first.
 * @throws KctlError `input` for sources that are not there and targets that cannot be
 */
export function planMounts(files: StackedFiles, mounts: readonly RunMount[]): PlannedMount[] {
  for (const folder of systemMounts.folders) {
    const { path, stats } = files.find(folder);
    if (path !== folder || (stats && !stats.isDirectory())) {
      throw new KctlError('input', `/${folder} of the image is no folder, and it has to be mounted there`);
    }
  }
  const planned = mounts.map((mount): PlannedMount => {
    const { path, stats } = files.find(mount.target);
    const isFolder = isFolderMount(mount);
    if (path === '') throw new KctlError('input', `nothing can be mounted on ${JSON.stringify(mount.target)}`);
    if (stats && stats.isDirectory() !== isFolder) {
      const [is, wants] = isFolder ? ['a file', 'a folder'] : ['a folder', 'a file'];
      throw new KctlError('input', `${mount.target} is ${is} in the image, and ${wants} is to be mounted there`);
    }
    return { mount, target: path, isFolder };
  });
  return planned.sort((a, b) => a.target.split('/').length - b.target.split('/').length);
}

/** @throws KctlError `input` where the image has folders in the place of files */
export function systemFilesOf(files: StackedFiles): { name: string; target: string }[] {
  return systemMounts.files.map((file) => {
    const { path, stats } = files.find(file);
    if (stats?.isDirectory()) throw new KctlError('input', `/${file} of the image is a folder`);
    return { name: file.slice('etc/'.length), target: path };
  });
}

function isFolderMount(mount: RunMount): boolean {
  if (mount.type === 'bind') return isFolderAt(mount.source);
  if (mount.type === 'files') return mount.files.isFolder;
  return mount.type === 'cache' || mount.type === 'tmpfs';
}

function isFolderAt(source: string): boolean {
  const found = statSync(source, { throwIfNoEntry: false });
  if (!found) throw new KctlError('input', `${source} is not there to be mounted`);
  return found.isDirectory();
}
