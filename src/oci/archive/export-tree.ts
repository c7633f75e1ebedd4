import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header, type Pack, pack } from 'tar-stream';
import { KctlError } from '../../lib/errors.ts';
import { insidePath } from '../read-layer.ts';
import type { StoredImage } from '../store/read-image.ts';
import type { ImageStore } from '../store/types.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** A path of the tree, and which entry has its content: another one for hard links. */
interface Place {
  header: Header;
  /** `layer:entry`, the position in the layer's tar. */
  content: string;
}

/**
 * The file system of an image as one tar: the union of its layers, without whiteouts (image-spec layer.md). Layers are
 * read twice, once for what survives, once for its content; nothing is unpacked and no content is held.
 * Folders come first, so that all have theirs.
 * @throws KctlError `input` as an error of the stream, for damaged layers and paths that lead out of the image
 */
export function exportTree(store: ImageStore, image: StoredImage): Readable {
  const tar = pack();
  write(store, image, tar).then(
    () => tar.finalize(),
    (error) => tar.destroy(error as Error),
  );
  return Readable.from(tar);
}

async function write(store: ImageStore, { manifest }: StoredImage, tar: Pack): Promise<void> {
  const layers = manifest.layers.map(({ digest }) => digest);
  const tree = new Map<string, Place>();
  const folders = new Set<string>();
  for (const [index, digest] of layers.entries()) await layOn(store, digest, index, tree, folders);
  const inOrder = [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, { header }] of inOrder) {
    if (header.type === 'directory') tar.entry(headerAs(header, { name: `${path}/`, size: 0 }));
  }
  const files = inOrder.filter(([, { header }]) => header.type !== 'directory');
  const pathsOf = Map.groupBy(files, ([, { content }]) => content);
  for (const [index, digest] of layers.entries()) {
    await eachEntry(store, digest, async (_path, header, content, position) => {
      // The first that survives has the content, whether it had it in its layer or was a link there.
      const [first, ...links] = (pathsOf.get(`${index}:${position}`) ?? []).map(([path]) => path);
      if (first === undefined) return;
      const isFile = header.type === 'file' || header.type === 'contiguous-file';
      if (isFile) await pipeline(content, tar.entry(headerAs(header, { name: first })));
      else tar.entry(headerAs(header, { name: first, size: 0 }));
      for (const name of links) tar.entry(headerAs(header, { name, type: 'link', linkname: first, size: 0 }));
    });
  }
}

/** With another name; the long forms of the old one would win over it. */
function headerAs(header: Header, changes: Partial<Header>): Header {
  const { path: _path, linkpath: _linkpath, size: _size, ...pax } = (header.pax ?? {}) as Record<string, string>;
  const kept = Object.keys(pax).length > 0 ? { pax } : {};
  const { pax: _pax, ...rest } = header;
  return { ...rest, ...kept, ...changes };
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
  await eachEntry(store, digest, async (path, header, _content, position) => {
    const slash = path.lastIndexOf('/') + 1;
    const name = path.slice(slash);
    if (name === OPAQUE) hidden.push({ path: path.slice(0, slash), isOpaque: true });
    else if (name.startsWith(WHITEOUT)) {
      hidden.push({ path: path.slice(0, slash) + name.slice(WHITEOUT.length), isOpaque: false });
    } else {
      const linked = header.type === 'link' ? linkedBy(header, own, tree, digest) : undefined;
      own.set(path, { header, content: linked?.content ?? `${layer}:${position}` });
    }
  });
  for (const { path, isOpaque } of hidden) {
    if (!isOpaque) tree.delete(path);
    removeBelow(tree, isOpaque ? path : `${path}/`);
  }
  for (const [path, place] of own) {
    const isFolder = place.header.type === 'directory';
    if (!isFolder && folders.has(path)) removeBelow(tree, `${path}/`);
    if (isFolder) folders.add(path);
    // Nothing is written through a link or a file: what has something in it is a folder, as in `LayerUnion`.
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      folders.add(above);
      if (tree.has(above) && tree.get(above)?.header.type !== 'directory') tree.delete(above);
    }
    tree.set(path, place);
  }
}

/** A hard link leads to a path of its own layer that came before, or of one below. */
function linkedBy(
  { name, linkname }: Header,
  own: ReadonlyMap<string, Place>,
  below: ReadonlyMap<string, Place>,
  digest: string,
): Place {
  const target = insidePath(linkname ?? '', `layer ${digest}`);
  const found = own.get(target) ?? below.get(target);
  if (found && found.header.type !== 'directory') return found;
  throw new KctlError('input', `layer ${digest}: ${JSON.stringify(name)} is a hard link to what is not there`);
}

function removeBelow(tree: Map<string, Place>, prefix: string): void {
  for (const path of tree.keys()) if (path.startsWith(prefix)) tree.delete(path);
}

type Visit = (path: string, header: Header, content: Readable, entry: number) => Promise<void>;

async function eachEntry(store: ImageStore, digest: string, visit: Visit): Promise<void> {
  const name = `layer ${digest}`;
  const tar = extract();
  const reading = pipeline(store.plain(digest), tar);
  reading.catch(() => {});
  let position = 0;
  try {
    for await (const entry of tar) {
      const path = insidePath(entry.header.name, name);
      if (path !== '') await visit(path, entry.header, Readable.from(entry), position);
      position++;
      entry.resume();
    }
    await reading;
  } catch (cause) {
    if (cause instanceof KctlError) throw cause;
    throw new KctlError('input', `${name} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
