const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes for people: `912 B`, `12.3 MiB`. */
export function byteText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
