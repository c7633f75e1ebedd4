import { rm } from 'node:fs/promises';
import type { HostAbility } from './ability.ts';
import { runTool } from './host-tools.ts';
import { asOwner } from './namespaces.ts';

/** Removes a folder whatever its files' owners and permissions are. What is not there is no error. */
export async function removeTree(path: string, { rootless, tools }: HostAbility): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!rootless || !tools.rm) throw error;
    // Of other users in the namespace, or closed even to their owner.
    await runTool([...asOwner(rootless, tools.unshare!), tools.rm, '-rf', '--', path]);
  }
}
