import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import type { ContextEntry } from '../context/context-files.ts';
import type { BuildDatabase } from './build-database.ts';

interface Row {
  size: number;
  mtime: number;
  ctime: number;
  inode: number;
  hash: string;
}

/** A file that changed this shortly before it was read may change again within the same tick of its clock, in ms. */
const RACY = 50;

/** Files up to this size are read in one piece. */
const PIECE = 256 * 1024;

/** Digests of files of build contexts. A file that looks as it did is not read again. */
export class FileDigests {
  readonly #database: BuildDatabase;
  readonly #now: () => number;
  readonly #known = new Map<string, Row>();
  readonly #fresh = new Map<string, Row>();

  constructor(database: BuildDatabase, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  /** Reads what is known of the files of a folder. */
  recall(folder: string): void {
    const sql = 'SELECT * FROM files WHERE path > ? AND path < ?';
    for (const { path, ...row } of this.#database.all<Row & { path: string }>(sql, `${folder}/`, `${folder}0`)) {
      this.#known.set(path, row);
    }
  }

  /** sha256 of the content, in base64. */
  async of(path: string, { size, mtime, ctime, inode }: ContextEntry): Promise<string> {
    const known = this.#known.get(path);
    const isSame =
      known && known.size === size && known.mtime === mtime && known.ctime === ctime && known.inode === inode;
    if (isSame) return known.hash;
    const begun = this.#now();
    const hash = createHash('sha256');
    if (size < PIECE) hash.update(readFileSync(path));
    else for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const row = { size, mtime, ctime, inode, hash: hash.digest('base64') };
    this.#known.set(path, row);
    if (begun - ctime > RACY) this.#fresh.set(path, row);
    return row.hash;
  }

  /** Writes down what was read; one step for all. */
  save(): void {
    if (this.#fresh.size === 0) return;
    this.#database.step(() => {
      for (const [path, { size, mtime, ctime, inode, hash }] of this.#fresh) {
        const sql = 'INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)';
        this.#database.run(sql, path, size, mtime, ctime, inode, hash);
      }
    });
    this.#fresh.clear();
  }
}
