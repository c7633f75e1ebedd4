import { type RawEntry, rawTar } from '../raw-tar.ts';

const deep = (letter: string, parts: number): string =>
  Array.from({ length: parts }, (_, at) => letter + String(at).padStart(18, '0')).join('/');

/** A path of more than 100 bytes for GNU's form, of more than 256 for pax. */
const GNU = `${deep('g', 8)}/file`;
const PAX = `${deep('p', 15)}/file`;
/** cap_setuid, as `setcap` writes it. */
const CAPABILITY = Buffer.from('0100000200200000000000000000000000000000', 'hex');

/** Layers in which each entry is of a form that some program writes, or in another's way. */
const layers: RawEntry[][] = [
  [
    { name: './', type: '5', mtime: 1_000_000_000 },
    { name: './etc/', type: '5', mode: 0o750, uid: 5, gid: 6, mtime: 1_000_000_000 },
    { name: './etc/passwd', content: 'root', mode: 0o4755, uid: 1000, gid: 1001, mtime: 1_234_567_890 },
    { name: 'owner-gnu', content: 'x', uid: 3_000_000, gid: 4_000_000, format: 'gnu', mtime: 5 },
    { name: 'owner-pax', content: 'x', pax: { uid: '3000000', gid: '4000000', mtime: '1234567890' } },
    { name: 'before-1970-pax', content: 'n', pax: { mtime: '-1000000' } },
    { name: 'before-1970-gnu', content: 'n', mtime: -5000, format: 'gnu' },
    { name: 'after-2106', content: 'n', pax: { mtime: '5000000000' } },
    {
      name: 'attributes',
      content: 'c',
      mode: 0o755,
      pax: {
        'SCHILY.xattr.security.capability': CAPABILITY,
        'SCHILY.xattr.user.bytes': Buffer.from([0xff, 0xfe, 0, 10, 61]),
      },
    },
    { name: 'dev/', type: '5' },
    { name: 'dev/null', type: '3', device: [1, 3], mode: 0o666 },
    { name: 'dev/sda', type: '4', device: [8, 0], mode: 0o660 },
    { name: 'pipe', type: '6' },
    { name: GNU, content: 'long', format: 'gnu' },
    { name: 'short', pax: { path: PAX }, content: 'longer' },
    { name: 'long-link', type: '2', link: GNU, format: 'gnu' },
    { name: 'a', content: 'shared' },
    { name: 'b', type: '1', link: './a' },
    { name: 'links/c', type: '1', link: 'b' },
    { name: 'folder-then-file/', type: '5' },
    { name: 'folder-then-file/in', content: '1' },
    { name: 'file-then-folder', content: 'f' },
    { name: 'link-then-folder', type: '2', link: 'etc' },
    { name: 'opaque/', type: '5' },
    { name: 'opaque/old', content: 'o' },
    { name: 'opaque/sub/', type: '5' },
    { name: 'opaque/sub/old', content: 'o' },
    { name: 'out/', type: '5' },
    { name: 'out/gone', content: 'o' },
    { name: 'out/folder/', type: '5' },
    { name: 'out/folder/file', content: '2' },
    { name: 'not-named/deep/file', content: 'i' },
    { name: 'before-ustar', content: 'old', format: 'v7' },
    { name: 'empty', content: '' },
    { name: 'sticky/', type: '5', mode: 0o1777 },
    { name: 'é-한', content: 'u' },
  ],
  [
    { name: 'etc/', type: '5', mode: 0o755, mtime: 1_100_000_000 },
    { name: 'folder-then-file', content: 'a file' },
    { name: 'file-then-folder/', type: '5' },
    { name: 'file-then-folder/x', content: 'x' },
    { name: 'link-then-folder/', type: '5' },
    { name: 'link-then-folder/y', content: 'y' },
    { name: 'opaque/new', content: 'n' },
    { name: 'opaque/.wh..wh..opq' },
    { name: 'out/.wh.gone' },
    { name: 'out/.wh.folder' },
    { name: 'across', type: '1', link: 'a' },
  ],
  [
    { name: '.wh.a' },
    { name: 'folder-then-file/', type: '5', mode: 0o700 },
    { name: 'folder-then-file/again', content: 'z' },
    { name: 'file-then-folder', content: 'a file again' },
    { name: 'out/gone', content: 'back' },
  ],
];

export const oddLayers = (): Buffer[] => layers.map((entries) => rawTar(entries));
