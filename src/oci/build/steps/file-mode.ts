/** Who the letters of a symbolic mode mean, as bits of all three kinds. */
const who: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

/**
 * Reads what `--chmod` takes: octal digits, or clauses as chmod(1) has them (`u=rwX,go=rX`, `+x`).
 * @returns undefined where it is neither
 */
export function fileMode(text: string): ((mode: number, isFolder: boolean) => number) | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    return mode <= 0o7777 ? () => mode : undefined;
  }
  const clauses = text.split(',').map((clause) => /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause));
  if (clauses.some((clause) => clause === null)) return undefined;
  return (mode, isFolder) => {
    let changed = mode;
    for (const clause of clauses) {
      const [, letters = '', actions = ''] = clause!;
      const mask = [...(letters || 'a')].reduce((bits, letter) => bits | who[letter]!, 0);
      for (const [, sign, wanted = ''] of actions.matchAll(/([-+=])([rwxXstugo]*)/g)) {
        const bits = bitsOf(wanted, mask, changed, isFolder);
        if (sign === '=') changed = (changed & ~mask & ~(mask === 0o777 ? 0o7000 : 0)) | bits;
        else changed = sign === '+' ? changed | bits : changed & ~bits;
      }
    }
    return changed;
  };
}

function bitsOf(letters: string, mask: number, mode: number, isFolder: boolean): number {
  const shift = shifts[letters];
  // What one kind may, for others: `g=u`.
  if (shift !== undefined) return (((mode >> shift) & 7) * 0o111) & mask;
  let bits = 0;
  if (letters.includes('r')) bits |= 0o444 & mask;
  if (letters.includes('w')) bits |= 0o222 & mask;
  const runs = letters.includes('x') || (letters.includes('X') && (isFolder || (mode & 0o111) !== 0));
  if (runs) bits |= 0o111 & mask;
  if (letters.includes('s')) bits |= ((mask & 0o700) !== 0 ? 0o4000 : 0) | ((mask & 0o070) !== 0 ? 0o2000 : 0);
  if (letters.includes('t')) bits |= 0o1000;
  return bits;
}
