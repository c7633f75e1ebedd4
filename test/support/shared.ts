import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file or folder of the references that developers keep beside the checkout, or undefined where they are
 * not there. Nothing needs them; tests that find them compare with more.
 */
export function sharedReference(...path: string[]): string | undefined {
  const found = join(import.meta.dirname, '..', '..', '..', 'shared', ...path);
  return existsSync(found) ? found : undefined;
}
