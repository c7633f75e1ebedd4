const known = new Map<string, RegExp>();

const FLAGS = /^\(\?([ims]+)\)/;

/**
 * A regular expression as Go writes it (RE2), for JavaScript: flags in front, `\A`, `\z` and named groups
 * are spelt otherwise there.
 * @throws SyntaxError where it is none
 */
export function goPattern(text: string): RegExp {
  let pattern = known.get(text);
  if (!pattern) {
    const flags = FLAGS.exec(text)?.[1] ?? '';
    const source = text.replace(FLAGS, '').replaceAll('\\A', '^').replaceAll('\\z', '$').replaceAll('(?P<', '(?<');
    pattern = compiled(source, flags);
    known.set(text, pattern);
  }
  return pattern;
}

/** Go allows escapes that JavaScript refuses in its strict mode. */
function compiled(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `u${flags}`);
  } catch {
    return new RegExp(source, flags);
  }
}
