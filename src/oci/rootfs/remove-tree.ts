import { rm } from 'node:fs/promises';
import type { HostAbility } from './ability.ts';
import { programPath, runTool } from './host-tools.ts';
import { asOwner } from './namespaces.ts';

/** Removes a folder whatever its files' owners and permissions are. What is not there is no error. */
export async function removeTree(path: string, { rootless, tools }: HostAbility): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!rootless && (error as NodeJS.ErrnoException).code === 'EPERM') return removeImmutable(path, error);
    if (!rootless || !tools.rm) throw error;
    // Of other users in the namespace, or closed even to their owner.
    await runTool([...asOwner(rootless, tools.unshare!), tools.rm, '-rf', '--', path]);
  }
}

/** What ran with all capabilities may have closed files even to root (chattr(1)). */
async function removeImmutable(path: string, error: unknown): Promise<void> {
  const chattr = programPath('chattr');
  if (chattr === undefined) throw error;
  await runTool([chattr, '-R', '-f', '-i', '-a', '--', path]).catch(() => {});
  await rm(path, { recursive: true, force: true });
}
