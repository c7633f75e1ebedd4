import { KctlError } from '../../lib/errors.ts';
import { sizeText } from '../../lib/size-text.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { type ImageSummary, imageSummary } from '../../oci/store/image-summary.ts';
import { repositoryOf } from '../../oci/store/stored-images.ts';
import type { ImageRecord, ImageStore } from '../../oci/store/types.ts';
import { createdText, type DockerRow, shortId, sinceText } from './docker-text.ts';

/** One line of the list: a name, or an image that has none. */
export interface ListedImage {
  /** Canonical; undefined: dangling. */
  name: string | undefined;
  digest: string;
  id: string;
  createdAt: number | undefined;
  size: number;
  labels: Readonly<Record<string, string>>;
  platforms: readonly string[];
  simulated: boolean;
}

/** @returns images newest first, and what is wrong with those that cannot be read */
export async function listImages(store: ImageStore): Promise<{ images: ListedImage[]; problems: string[] }> {
  const images: ListedImage[] = [];
  const problems: string[] = [];
  for (const record of store.images.list()) {
    try {
      images.push(...linesOf(await imageSummary(store, record)));
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      problems.push(`${record.names.map(familiarName).join(', ') || record.target.digest}: ${error.message}`);
      images.push(...linesOf(damaged(record)));
    }
  }
  const age = ({ createdAt = 0 }: ListedImage) => createdAt;
  return { images: images.sort((a, b) => age(b) - age(a) || compare(a.name, b.name)), problems };
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** What can be said of an image that cannot be read. */
function damaged(record: ImageRecord): ImageSummary {
  const nothing = { image: undefined, createdAt: undefined, plainSize: 0, storedSize: 0, platforms: [] };
  return { record, id: record.target.digest, ...nothing };
}

function linesOf({ record, image, id, createdAt, plainSize, platforms }: ImageSummary): ListedImage[] {
  const names = record.names.length === 0 ? [undefined] : record.names;
  const labels = image?.config.config?.Labels ?? {};
  const same = { digest: record.target.digest, id, createdAt, size: plainSize, labels, platforms, simulated: false };
  return names.map((name) => ({ name, ...same }));
}

/** As docker's templates name it all. */
export function rowOf(image: ListedImage, now: number, isWhole: boolean): DockerRow {
  const { name, digest, id, createdAt, size } = image;
  const repository = name === undefined ? '<none>' : familiarName(repositoryOf(name));
  const tag = name?.includes('@') ? undefined : name?.slice(repositoryOf(name).length + 1);
  return {
    Repository: repository,
    Tag: tag ?? '<none>',
    Digest: digest,
    ID: isWhole ? id : shortId(id),
    CreatedSince: sinceText(createdAt === undefined ? undefined : now - createdAt),
    CreatedAt: createdText(createdAt),
    Size: sizeText(size),
    Platform: image.platforms.join(', '),
    Source: image.simulated ? 'simulated' : 'stored',
  };
}
