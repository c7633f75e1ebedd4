import { KctlError } from '../../lib/errors.ts';
import { platformText } from '../media-types.ts';
import type { OpenedImage } from '../registry/image-facts.ts';
import type { ImageStore, StoreLease } from '../store/types.ts';
import { type SizedSource, storedLayer } from './image-source.ts';

/** A layer that is larger is not fetched to be looked at, in bytes. */
const MOST_BYTES = 8 * 2 ** 30;

/** An image of a registry, whose layers are brought here when they are asked for. */
export interface RegistrySource extends SizedSource {
  /**
   * Brings layers into the store that are not in it; they stay until the lease ends, and after that until the next prune.
   * @param count is told bytes as they come
   * @throws KctlError `connection`, `auth`, `input` where it is not there, too large or not what its digest says
   */
  bring(wanted: readonly number[], count: (bytes: number) => void, signal: AbortSignal): Promise<void>;
  /** Bytes of these layers that are not here. */
  missingBytes(wanted: readonly number[]): Promise<number>;
}

export function registrySource(
  { facts, config, repository }: OpenedImage,
  store: ImageStore,
  lease: StoreLease,
): RegistrySource {
  const { layers } = facts;
  const absent = async (wanted: readonly number[]) => {
    const found = new Map<string, number>();
    for (const number of wanted) {
      const { digest, sizeBytes } = layers[number]!;
      if (!(await store.blob(digest))) found.set(digest, sizeBytes);
    }
    return found;
  };
  return {
    reference: facts.reference,
    digest: facts.digest,
    platform: platformText(config),
    config,
    sizes: layers.map(({ sizeBytes }) => sizeBytes),
    layers: layers.map(({ digest }) => storedLayer(digest)),
    remember: (facts) => store.remember(facts),
    async missingBytes(wanted) {
      return [...(await absent(wanted)).values()].reduce((sum, size) => sum + size, 0);
    },
    async bring(wanted, count, signal) {
      for (const [digest, size] of await absent(wanted)) {
        if (size > MOST_BYTES)
          throw new KctlError('input', `layer ${digest} is too large to be looked at: ${size} bytes`);
        if (await lease.hold(digest)) continue;
        const answer = await repository.session.send(`blobs/${digest}`, { signal });
        if (answer.status !== 200) {
          answer.body.destroy();
          throw new KctlError('input', `${repository.session.name} answers ${answer.status} for layer ${digest}`);
        }
        async function* told() {
          for await (const chunk of answer.body as AsyncIterable<Buffer>) {
            signal.throwIfAborted();
            count(chunk.length);
            yield chunk;
          }
        }
        await lease.write(told(), { digest, size });
      }
    },
    async visit(handle, wanted = [...layers.keys()]) {
      for (const [digest, numbers] of Map.groupBy(wanted, (number) => layers[number]!.digest)) {
        if (!(await lease.hold(digest))) throw new KctlError('input', `layer ${digest} is not here yet`);
        await handle(numbers, store.read(digest));
      }
    },
  };
}
