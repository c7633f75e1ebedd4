import { linesOf } from '../../process/lines.ts';
import { setElements } from '../arrays.ts';
import type { Shell } from '../context.ts';

/** `mapfile -t -n COUNT -s SKIP name`: the lines of the input as an array. */
export async function mapfile(shell: Shell, args: string[], pos: number): Promise<number> {
  let keepsEnds = true;
  let most = Number.POSITIVE_INFINITY;
  let skip = 0;
  let name = 'MAPFILE';
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '-t') keepsEnds = false;
    else if (arg === '-n') most = Number(args[++at]) || Number.POSITIVE_INFINITY;
    else if (arg === '-s') skip = Number(args[++at]) || 0;
    else if (arg.startsWith('-')) {
      await shell.complain(`mapfile: ${arg}: invalid option`, pos);
      return 2;
    } else name = arg;
  }
  const items: { value: string }[] = [];
  const { process } = shell;
  for await (const { text, isWhole } of linesOf(process.handle(0), process.signal)) {
    if (skip-- > 0) continue;
    if (items.length >= most) break;
    items.push({ value: keepsEnds && isWhole ? `${text}\n` : text });
  }
  setElements(shell.state, name, items);
  return 0;
}
