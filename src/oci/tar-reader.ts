import { type Extract, extract, type Header } from 'tar-stream';
import { KctlError } from '../lib/errors.ts';
import { keepAttributes } from './rootfs/tar/keep-attributes.ts';
import { endAsInGo } from './tar-end.ts';

/** Its own types lack it. */
const ofEveryAge = { allowUnknownFormat: true } as Parameters<typeof extract>[0];

/** Reads tars of every age: those from before ustar have no word by which they are known, their checksums say it. */
export const tarReader = (): Extract => keepAttributes(endAsInGo(extract(ofEveryAge)));

/** What an entry may have before it without being counted: its own header, a long name and some attributes. */
const FREE_HEADERS = 4096;
/** All that goes beyond, of one tar: reading records takes a hundred times as long as reading files. */
const MAX_HEADERS = 32 * 1024 * 1024;

/** Checks the headers of one tar in their order; see `refuseTwoReadings`. */
export class HeaderGuard {
  readonly #tar: string;
  #end = 0;
  #extended = 0;

  /** @param tar how messages call it */
  constructor(tar: string) {
    this.#tar = tar;
  }

  /** @throws KctlError `input` for what is read in two ways, and for extended headers that are made to take time */
  check(header: Header): void {
    const { byteOffset = 0 } = header as { byteOffset?: number };
    this.#extended += Math.max(0, byteOffset - this.#end - FREE_HEADERS);
    const size = header.type === 'directory' ? 0 : (header.size ?? 0);
    this.#end = byteOffset + Math.ceil(size / 512) * 512;
    if (this.#extended > MAX_HEADERS)
      throw new KctlError('input', `${this.#tar} holds extended headers of more than 32 MiB`);
    refuseTwoReadings(header, this.#tar);
  }
}

/** What only files have, and readers do not agree on: GNU tar and Go read no content of a link, others skip it. */
const bare: ReadonlySet<string> = new Set(['link', 'symlink', 'character-device', 'block-device', 'fifo']);

/**
 * Refuses a header that programs read in two ways: what one checks would not be what another unpacks.
 * @throws KctlError `input`
 */
function refuseTwoReadings({ name, type, size }: Header, tar: string): void {
  if (!size || !bare.has(type ?? '')) return;
  throw new KctlError('input', `${tar}: ${JSON.stringify(name)} is a link or a device and states ${size} bytes`);
}

/** The latest time that Dates have, in seconds. */
const MAX_TIME = 8_640_000_000_000;

/** Whose an entry is, and its time in ms; records of an extended header count more than the fields (POSIX.1-2017, pax). */
export function ownerAndTime({ uid, gid, mtime, pax }: Header): { uid: number; gid: number; mtime: number } {
  const records = (pax ?? {}) as Partial<Record<string, string>>;
  const field = (mtime?.getTime() ?? 0) / 1000;
  // tar-stream takes two's complement, in which GNU tar writes times before 1970, for one's.
  const seconds = numberOf(records['mtime'], field < 0 ? field - 1 : field);
  return {
    uid: numberOf(records['uid'], uid),
    gid: numberOf(records['gid'], gid),
    mtime: Math.max(-MAX_TIME, Math.min(MAX_TIME, Math.floor(seconds))) * 1000,
  };
}

function numberOf(record: string | undefined, field = 0): number {
  const value = record === undefined ? field : Number(record);
  return Number.isFinite(value) ? value : 0;
}
