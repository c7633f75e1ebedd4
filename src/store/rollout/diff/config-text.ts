/** Bytes that are UTF-8 without anything but text in them. */
export function isTextual(bytes: Buffer): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** A value as one line; what is no text is told by its length. */
export function textOf(bytes: Buffer): string {
  return isTextual(bytes) ? bytes.toString() : `(${bytes.length} bytes)`;
}
