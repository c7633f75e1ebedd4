import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Header, type Pack, pack } from 'tar-stream';

type Facts = Partial<Header> & { name: string };

/** Writes what is at `source` into an archive in which it is called `name`; `warn` hears of what no archive holds. */
export async function packPath(
  archive: Pack,
  source: string,
  name: string,
  warn: (line: string) => void,
): Promise<void> {
  const facts = await lstat(source);
  if (facts.isDirectory()) {
    const files = (await readdir(source)).sort();
    if (files.length === 0) await entry(archive, { ...headerOf(facts, name), type: 'directory' });
    for (const file of files) await packPath(archive, join(source, file), `${name}/${file}`, warn);
  } else if (facts.isSymbolicLink()) {
    await entry(archive, { ...headerOf(facts, name), type: 'symlink', linkname: await readlink(source) });
  } else if (facts.isFile()) {
    await file(archive, { ...headerOf(facts, name), type: 'file', size: facts.size }, source);
  } else warn(`warning: skipping ${source}: it is neither a file nor a directory\n`);
}

export const newArchive = (): Pack => pack();

function headerOf(facts: Stats, name: string): Facts {
  return { name, mode: facts.mode & 0o7777, uid: facts.uid, gid: facts.gid, mtime: facts.mtime };
}

function entry(archive: Pack, header: Facts): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, '', (error) => (error ? reject(error) : resolve()));
  });
}

/** A file that grows meanwhile is packed at the size it had; one that shrinks is an error of the archive. */
async function file(archive: Pack, header: Facts, source: string): Promise<void> {
  const size = header.size ?? 0;
  if (size === 0) {
    await entry(archive, header);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const into = archive.entry(header, (error) => (error ? reject(error) : resolve()));
    pipeline(createReadStream(source, { end: size - 1 }), into).catch(reject);
  });
}
