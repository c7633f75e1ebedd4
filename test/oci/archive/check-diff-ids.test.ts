import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkDiffIds } from '../../../src/oci/archive/check-diff-ids.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { readImage } from '../../../src/oci/store/read-image.ts';
import { describe as describeBlob, makeImage, storeImage, types } from '../store/images.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-diff-ids-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a layer that is not what the config says is refused', async () => {
  const image = await makeImage([{ a: '1' }]);
  const config = Buffer.from(
    image.config.toString().replace(/"diff_ids":\["sha256:[0-9a-f]+/, `"diff_ids":["sha256:${'0'.repeat(64)}`),
  );
  const document = JSON.parse(image.manifest.toString());
  document.config = describeBlob(types.config, config);
  const manifest = Buffer.from(JSON.stringify(document));
  const target = describeBlob(types.manifest, manifest);
  const store = openImageStore(join(folder, 'store'));
  try {
    await storeImage(store, { ...image, config, manifest, target }, 'docker.io/library/web:1');
    const found = await readImage(store, target);
    await expect(checkDiffIds(store, found)).rejects.toMatchObject({
      code: 'input',
      message: `layer ${digestOf(image.layers[0]!)} does not have the content that the image says`,
      hint: expect.stringContaining('0'.repeat(64)),
    });
    // Of the image as it was made, it does.
    await storeImage(store, image, 'docker.io/library/good:1');
    await checkDiffIds(store, await readImage(store, image.target));
  } finally {
    store.close();
  }
});
