import { type FSWatcher, watch } from 'node:fs';

const settleMs = 150;

/**
 * Calls `onChange` after something in one of `folders` has changed and then been left alone for a moment: editors
 * write a file in several steps. Folders that are not there are left out.
 * @returns ends the watching
 */
export function watchFolders(folders: readonly string[], onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watchers: FSWatcher[] = [];
  for (const folder of new Set(folders)) {
    try {
      const watcher = watch(folder, { persistent: false }, (_, file) => {
        if (file && !/\.(ya?ml|json)$/.test(file)) return;
        clearTimeout(timer);
        timer = setTimeout(onChange, settleMs);
      });
      // A folder that goes away is no reason to end.
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
    } catch {
      // Not there, or the system has no more watches to give: what is set is then read at the next start.
    }
  }
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
