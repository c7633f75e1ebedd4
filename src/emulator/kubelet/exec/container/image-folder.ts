import type { UnionEntry } from '../../../../oci/layer-union.ts';
import type { ImageTree } from '../../../images/image-files.ts';
import { commands } from '../commands/index.ts';
import { type DirectoryNode, type FileNode, lazyDirectory, link, type Node, storedFile } from '../fs/nodes.ts';

/** The folders in which images keep programs. */
const PROGRAMS = /^(usr\/(local\/)?)?s?bin\/[^/]+$/;

/** As a folder is that no layer names: umask 022, root's. */
const UNNAMED = { mtime: 0, mode: 0o755, uid: 0, gid: 0 };

/**
 * The files of an image as a container sees them: each folder and file is made when somebody looks at it, and is that
 * container's own, so that it may be changed.
 * @param below what is there where the image has nothing
 */
export function imageFolder(tree: ImageTree, below?: DirectoryNode): DirectoryNode {
  /** Hard links are one file. */
  const files = new Map<UnionEntry, FileNode>();
  const { union } = tree;

  function fileAt(found: UnionEntry, path: string): FileNode {
    const source = found.content ?? found;
    const known = files.get(source);
    if (known) {
      known.links++;
      return known;
    }
    const node = storedFile({ ...found.entry, size: source.entry.size }, (from, length) =>
      tree.read(source, from, length),
    );
    const title = path.slice(path.lastIndexOf('/') + 1);
    const isTool = title === 'busybox' || Object.hasOwn(commands, title);
    if (isTool && node.mode & 0o111 && PROGRAMS.test(path)) node.program = title;
    files.set(source, node);
    return node;
  }

  function nodeAt(path: string, beneath: Node | undefined): Node | undefined {
    const found = union.at(path);
    if (!found || found.entry.kind === 'directory')
      return folderAt(path, found, beneath?.type === 'directory' ? beneath : undefined);
    const { kind, link: target, mtime } = found.entry;
    if (kind === 'symlink') return link(target, mtime);
    const content = found.content ?? found;
    return content.entry.kind === 'file' ? fileAt(found, path) : undefined;
  }

  function folderAt(path: string, found: UnionEntry | undefined, beneath: DirectoryNode | undefined): DirectoryNode {
    return lazyDirectory(found?.entry ?? beneath ?? UNNAMED, () => {
      const entries = new Map(beneath?.entries);
      for (const name of union.names(path) ?? []) {
        const node = nodeAt(path === '' ? name : `${path}/${name}`, entries.get(name));
        if (node) entries.set(name, node);
      }
      return entries;
    });
  }

  return folderAt('', undefined, below);
}
