import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { capabilityText } from '../../../src/oci/layers/capability-text.ts';
import { LayerTree, seenAt } from '../../../src/oci/layers/layer-tree.ts';
import { modeText } from '../../../src/oci/layers/permission-text.ts';
import { type LayerEntry, readLayer } from '../../../src/oci/read-layer.ts';
import { attributesAsBytes, attributesFor } from '../../../src/oci/rootfs/tar/pax-attributes.ts';

/** As the kernel stores them: magic with revision and effective bit, then permitted and inheritable, 32 bits at a time. */
function stored(revision: number, effective: boolean, ...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 + words.length * 4);
  bytes.writeUInt32LE(revision * 2 ** 24 + Number(effective));
  for (const [at, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, 4 + at * 4);
  return bytes;
}

const text = (...args: Parameters<typeof stored>) => capabilityText(stored(...args).toString('base64'));

test('capabilities of a file are written as getcap writes them', () => {
  expect(text(2, true, 1 << 13, 0, 0, 0)).toBe('cap_net_raw=ep');
  // Bytes of 0x80 and more, which are no text: setuid is 7, setfcap 31, and checkpoint_restore 40 is in the second word.
  expect(text(2, false, (1 << 7) | (1 << 31), 0, 1 << 8, 0)).toBe('cap_setuid,cap_setfcap,cap_checkpoint_restore=p');
  expect(text(3, true, 1 << 12, 1 << 12, 0, 0, 1000)).toBe('cap_net_admin=eip');
  expect(text(2, false, 1 << 0, 1 << 13, 0, 0)).toBe('cap_chown=p cap_net_raw=i');
  expect(text(1, true, 1 << 13, 0)).toBe('cap_net_raw=ep');
  expect(text(2, false, 0, 0, 1 << 31, 0)).toBe('63=p');
  expect(text(2, false, 0, 0, 0, 0)).toBe('=');
});

test.each(['', 'AAAA', stored(9, true, 1, 0, 0, 0).toString('base64'), stored(2, true, 1).toString('base64')])(
  'what is none is said to be unknown: %j',
  (bytes) => {
    expect(capabilityText(bytes)).toBe('capabilities of a kind that is not known');
  },
);

/** One layer: a program with and without a capability, and devices. */
async function entries(capability: Buffer | undefined): Promise<LayerEntry[]> {
  const tar = pack();
  const pax = capability && attributesFor(new Map([['security.capability', capability]]));
  tar.entry({ name: 'bin/ping', mode: 0o4755, ...(pax && { pax }) } as Parameters<typeof tar.entry>[0], 'program');
  tar.entry({ name: 'dev/sda', type: 'block-device', mode: 0o660 });
  tar.entry({ name: 'dev/null', type: 'character-device', mode: 0o666 });
  tar.finalize();
  const { entries: found } = await readLayer(Readable.from(attributesAsBytes(tar as AsyncIterable<Buffer>)), 'layer 1');
  return found;
}

test('a layer is read with the capabilities of its programs to the byte, set-user-id and kinds of devices', async () => {
  const capability = stored(2, true, (1 << 7) | (1 << 31), 0, 0, 0);
  const [ping, block, character] = await entries(capability);
  expect(Buffer.from(ping!.capability!, 'base64')).toEqual(capability);
  expect([ping, block, character].map((entry) => modeText(entry!))).toEqual(['-rwsr-xr-x', 'brw-rw----', 'crw-rw-rw-']);
  expect((await entries(undefined))[0]).not.toHaveProperty('capability');
});

test('a layer that gives a program a capability and nothing else has changed it', async () => {
  const tree = new LayerTree();
  const layers = [undefined, stored(2, true, 1 << 13, 0, 0, 0), stored(2, true, 1 << 13, 0, 0, 0)];
  for (const [number, capability] of layers.entries()) for (const _ of tree.add(number, await entries(capability)));
  const ping = tree.find('bin/ping')!;
  expect(seenAt(ping, 1, 0)!.change).toBe('modified');
  expect(seenAt(ping, 2, 1)!.change).toBe('same');
});
