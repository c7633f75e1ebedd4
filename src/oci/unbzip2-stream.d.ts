/** The library's parts, which come without types. */
declare module 'unbzip2-stream/lib/bit_iterator.js' {
  interface Bits {
    /** The next bits as a number; null: on to the next whole byte. */
    (count: number | null): number;
    bytesRead: number;
  }
  function bitIterator(nextBuffer: () => Uint8Array): Bits;
  export = bitIterator;
}

declare module 'unbzip2-stream/lib/bzip2.js' {
  type Bits = (count: number | null) => number;
  const bzip2: {
    /** Begins a stream. @returns the size of its blocks, 1 to 9 */
    header(bits: Bits): number;
    /** One block. @returns the checksum so far; null where the stream has ended */
    decompress(
      bits: Bits,
      put: (byte: number) => void,
      buffer: Int32Array,
      size: number,
      checksum: number,
    ): number | null;
  };
  export = bzip2;
}
