let segmenter: Intl.Segmenter | undefined;

/** What people take for one character: a syllable, an emoji with its joiners. The segmenter is made on first use; it starts ICU. */
export function graphemes(text: string): Iterable<{ segment: string; index: number }> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}
