import type { Extract } from 'tar-stream';
import { keepAttribute, readRecords } from './pax-attributes.ts';

/** Of tar-stream 3, where it reads extended headers. */
interface Innards {
  /** That it has read last. */
  _header: { type: string };
  /** Its records as text. */
  _pax: Record<string, string> | null;
  _decodeLongHeader(content: Buffer): void;
}

/** Has a reader tell extended attributes by their bytes: `attributesOf` and `attributeOf` of what it calls `pax`. */
export function keepAttributes(reader: Extract): Extract {
  const tar = reader as unknown as Innards;
  const decode = tar._decodeLongHeader.bind(reader);
  tar._decodeLongHeader = (content) => {
    decode(content);
    if (tar._header.type !== 'pax-header' || !tar._pax || !content.includes('SCHILY.xattr.')) return;
    for (const [key, value] of readRecords(content)) keepAttribute(tar._pax, key, value);
  };
  return reader;
}
