const BULLET = /^(\d+\.?|-|\*)\s/;

/**
 * Lines of `limit` characters at most, as kubectl's older explanations have them: lines are joined, but for
 * those that look like code, begin a list, or follow a colon.
 */
export function wrapLines(text: string, limit: number): string[] {
  const wrapped: string[] = [];
  let words: string[] = [];
  let last = '';
  const flush = () => {
    if (words.length === 0) return;
    wrapped.push(words.join(' '));
    words = [];
    last = '';
  };
  for (const line of text.split('\n')) {
    const content = line.trim();
    if (line.startsWith('    ')) {
      flush();
      wrapped.push(line);
      continue;
    }
    if (wrapped.length > 0 && content === '') {
      flush();
      wrapped.push('');
      continue;
    }
    if (last.endsWith(':') || content === '' || BULLET.test(content)) flush();
    for (const word of content.split(/\s+/).filter(Boolean)) {
      last = word;
      if (words.length > 0 && Buffer.byteLength([...words, word].join(' ')) > limit) flush();
      words.push(word);
    }
  }
  flush();
  return wrapped;
}
