/** One thing to know before a change is made. */
export interface Finding {
  /** `lost`: cannot be got back; `warn`: something stops working or waiting; `note`: good to know. */
  level: 'lost' | 'warn' | 'note';
  text: string;
}

const marks: Readonly<Record<Finding['level'], string>> = { lost: '✖', warn: '!', note: '-' };
const order: readonly Finding['level'][] = ['lost', 'warn', 'note'];

/** The worst first, a line each; '' for none. */
export function findingsText(findings: readonly Finding[]): string {
  const sorted = findings.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  return sorted.map(({ level, text }) => `  ${marks[level]} ${text}\n`).join('');
}

/** `a, b, c and 4 more` */
export function someOf(names: readonly string[], most = 3): string {
  return names.length <= most + 1
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** `1 pod`, `2 pods` */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
