import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import type { StoreDatabase } from './database.ts';
import { type PlainLimits, plainLayer } from './plain-layer.ts';
import type { LayerFacts } from './types.ts';

/** undefined for a layer that nobody has read whole yet. */
export function knownFacts(database: StoreDatabase, digest: string): LayerFacts | undefined {
  const row = database.get<{ diff_id: string; plain_size: number }>(
    'SELECT diff_id, plain_size FROM layers WHERE digest = ?',
    digest,
  );
  return row && { digest, diffId: row.diff_id, plainSize: row.plain_size };
}

/** Never fails: what is forgotten is measured again. */
export function rememberFacts(database: StoreDatabase, { digest, diffId, plainSize }: LayerFacts): void {
  // The table has those of sha256 alone.
  if (!diffId.startsWith('sha256:')) return;
  try {
    database.lightly(() => database.run('INSERT OR IGNORE INTO layers VALUES (?, ?, ?)', digest, diffId, plainSize));
  } catch {
    // Who looks at images may do so on a disk that is full or read-only.
  }
}

/**
 * Reads a layer of the store. What is remembered must be of the layer itself, so its own digest is checked, too.
 * @throws KctlError `input` for damaged layers and bombs
 */
export async function measureLayer(stored: Readable, digest: string, limits: PlainLimits): Promise<LayerFacts> {
  const [algorithm = '', hex] = digest.split(':');
  const own = createHash(algorithm);
  async function* tapped() {
    for await (const chunk of stored) {
      own.update(chunk as Buffer);
      yield chunk as Buffer;
    }
  }
  const hash = createHash('sha256');
  let plainSize = 0;
  for await (const chunk of plainLayer(Readable.from(tapped(), { objectMode: false }), `layer ${digest}`, limits)) {
    hash.update(chunk as Buffer);
    plainSize += (chunk as Buffer).length;
  }
  if (own.digest('hex') !== hex) {
    throw new KctlError('input', `the layer ${digest} is damaged: its content does not have that digest`, {
      hint: 'See what else is: kctl image verify',
    });
  }
  return { digest, diffId: `sha256:${hash.digest('hex')}`, plainSize };
}
