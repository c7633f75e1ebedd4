import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundledRegistry } from '../../../src/emulator/images/bundled-registry.ts';
import type { CheckPassword } from '../../../src/oci/server/passwords.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { type MadeImage, makeImage, putImage } from '../../oci/store/images.ts';

export const HOST = 'localhost:5000';

export interface OwnRegistry extends BundledRegistry {
  /** Whom it lets in from now on. */
  guard(check: CheckPassword | undefined): void;
  push(image: MadeImage, repository: string, ...tags: string[]): Promise<MadeImage>;
  close(): void;
}

/** A store of its own, as a registry that kubelets pull from. */
export function ownRegistry(): OwnRegistry {
  const folder = mkdtempSync(join(tmpdir(), 'kctl-images-'));
  const store = openImageStore(folder);
  let check: CheckPassword | undefined;
  return {
    store,
    hosts: () => [HOST, '127.0.0.1:5000'],
    checkPassword: () => check,
    guard(next) {
      check = next;
    },
    async push(image, repository, ...tags) {
      await using lease = store.lease('push');
      await putImage(lease, image);
      store.repositories.putManifest(repository, image.target, tags);
      return image;
    },
    close() {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Content that no compression makes small, the same for the same word. */
function noise(word: string, bytes: number): string {
  let state = 7;
  for (const letter of word) state = (Math.imul(state, 31) + letter.charCodeAt(0)) >>> 0;
  let text = '';
  while (text.length < bytes) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += state.toString(36);
  }
  return text;
}

/** An application on a base of 60 kB: one layer each. */
export const application = (version: string, config: object = {}): Promise<MadeImage> =>
  makeImage([{ 'lib/base': noise('base', 60_000) }, { 'app/main': noise(version, 8000) }], { config });
