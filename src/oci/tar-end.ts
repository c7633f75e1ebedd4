import type { Extract } from 'tar-stream';

/** Of tar-stream 3, what says how far it is. */
interface Innards {
  /** Bytes of content or padding that are still to come. */
  _missing: number;
  /** The entry that is being read. */
  _stream: unknown;
  /** Of the header that was read last; null for a block of zeros. */
  _header: unknown;
  /** Whether what comes is the content of an extended header. */
  _longHeader: boolean;
  _consumeHeader(): boolean;
  _continueWrite(error: Error | null): void;
  _final(done: (error: Error | null) => void): void;
}

/**
 * Has a tar end where Go's archive/tar has it end, as the runtimes that unpack images do: with two blocks of zeros,
 * whatever stands behind them; or with the file, where that is at the end of an entry, its padding there or not
 * (umoci writes such layers). An end inside a header or content stays an error, and so does what comes after a
 * single block of zeros, which programs read in two ways.
 */
export function endAsInGo(reader: Extract): Extract {
  const tar = reader as unknown as Innards;
  const consumeHeader = tar._consumeHeader.bind(reader);
  const final = tar._final.bind(reader);
  let zeros = 0;
  tar._consumeHeader = () => {
    const isRead = consumeHeader();
    if (!isRead) return false;
    if (tar._header === null) {
      zeros++;
      if (zeros === 2) tar._missing = Number.POSITIVE_INFINITY;
      return true;
    }
    if (zeros === 0) return true;
    tar._continueWrite(new Error('something stands behind a single block of zeros'));
    return false;
  };
  tar._final = (done) => {
    if (tar._stream === null && !tar._longHeader) tar._missing = 0;
    final(done);
  };
  return reader;
}
