import type { IoStreams } from '../../lib/io.ts';

/** Writes text of a format to the standard output. Templates may print bytes that are no text, which `base64decode` gives. */
export async function plainOutput(
  format: string,
  { stdout }: Pick<IoStreams, 'stdout'>,
): Promise<(text: string) => void> {
  if (!/^(?:go-)?template/.test(format)) return (text) => void stdout.write(text);
  const { withBytes } = await import('../../lib/go-template/raw-bytes.ts');
  return (text) => void stdout.write(withBytes(text));
}
