import type { Readable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { readEntries, type TarEntry } from '../rootfs/tar/read-entries.ts';
import { TarWriter } from '../rootfs/tar/write-entries.ts';
import type { StoredImage } from '../store/read-image.ts';
import type { ImageStore } from '../store/types.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** A path of the tree, and which entry has its content: another one for hard links. */
interface Place {
  entry: TarEntry;
  /** `layer:entry`, the position in the layer's tar. */
  content: string;
}

/**
 * The file system of an image as one tar: the union of its layers, without whiteouts (image-spec layer.md). Layers are
 * read twice, once for what survives, once for its content; nothing is unpacked and no content is held.
 * Folders come last, those within others first: whoever unpacks gives them their times and permissions when nothing
 * is put into them any more.
 * @throws KctlError `input` as an error of the stream, for damaged layers and paths that lead out of the image
 */
export function exportTree(store: ImageStore, image: StoredImage): Readable {
  const tar = new TarWriter();
  write(store, image, tar).then(
    () => tar.end(),
    (error) => tar.fail(error as Error),
  );
  return tar.bytes;
}

async function write(store: ImageStore, { manifest }: StoredImage, tar: TarWriter): Promise<void> {
  const layers = manifest.layers.map(({ digest }) => digest);
  const tree = new Map<string, Place>();
  const folders = new Set<string>();
  for (const [index, digest] of layers.entries()) await layOn(store, digest, index, tree, folders);
  const inOrder = [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
  const files = inOrder.filter(([, { entry }]) => entry.kind !== 'directory');
  const pathsOf = Map.groupBy(files, ([, { content }]) => content);
  for (const [index, digest] of layers.entries()) {
    await eachEntry(store, digest, async (entry, content, position) => {
      // The first that survives has the content, whether it had it in its layer or was a link there.
      const [first, ...links] = (pathsOf.get(`${index}:${position}`) ?? []).map(([path]) => path);
      if (first === undefined) return;
      await tar.add({ ...entry, path: first }, content);
      for (const path of links) await tar.add({ ...entry, path, kind: 'hardlink', link: first, size: 0 });
    });
  }
  for (const [path, { entry }] of inOrder.reverse()) {
    if (entry.kind === 'directory') await tar.add({ ...entry, path });
  }
}

/**
 * Lays a layer on the tree: whiteouts hide what lower layers have, never what the layer itself has.
 * @param folders paths that had something in them at some time, named by a layer or not
 */
async function layOn(
  store: ImageStore,
  digest: string,
  layer: number,
  tree: Map<string, Place>,
  folders: Set<string>,
): Promise<void> {
  const own = new Map<string, Place>();
  const hidden: { path: string; isOpaque: boolean }[] = [];
  await eachEntry(store, digest, async (entry, _content, position) => {
    const { path } = entry;
    const slash = path.lastIndexOf('/') + 1;
    const name = path.slice(slash);
    if (name === OPAQUE) hidden.push({ path: path.slice(0, slash), isOpaque: true });
    else if (name.startsWith(WHITEOUT)) {
      hidden.push({ path: path.slice(0, slash) + name.slice(WHITEOUT.length), isOpaque: false });
    } else if (entry.kind === 'hardlink') own.set(path, linkedBy(entry, own, tree, digest));
    else own.set(path, { entry, content: `${layer}:${position}` });
  });
  for (const { path, isOpaque } of hidden) {
    if (!isOpaque) tree.delete(path);
    removeBelow(tree, isOpaque ? path : `${path}/`);
  }
  for (const [path, place] of own) {
    const isFolder = place.entry.kind === 'directory';
    if (!isFolder && folders.has(path)) removeBelow(tree, `${path}/`);
    if (isFolder) folders.add(path);
    // Nothing is written through a link or a file: what has something in it is a folder, as in `LayerUnion`.
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      folders.add(above);
      if (tree.has(above) && tree.get(above)?.entry.kind !== 'directory') tree.delete(above);
    }
    tree.set(path, place);
  }
}

/** A hard link leads to a path of its own layer that came before, or of one below. */
function linkedBy(
  { path, link }: TarEntry,
  own: ReadonlyMap<string, Place>,
  below: ReadonlyMap<string, Place>,
  digest: string,
): Place {
  const found = own.get(link) ?? below.get(link);
  if (found && found.entry.kind !== 'directory') return found;
  throw new KctlError('input', `layer ${digest}: ${JSON.stringify(path)} is a hard link to what is not there`);
}

function removeBelow(tree: Map<string, Place>, prefix: string): void {
  for (const path of tree.keys()) if (path.startsWith(prefix)) tree.delete(path);
}

type Visit = (entry: TarEntry, content: Readable, position: number) => Promise<void>;

async function eachEntry(store: ImageStore, digest: string, visit: Visit): Promise<void> {
  let position = 0;
  await readEntries(store.plain(digest), `layer ${digest}`, async (entry, content) => {
    const at = position++;
    // The root itself: whoever unpacks has one.
    if (entry.path !== '') await visit(entry, content, at);
  });
}
