import { StringDecoder } from 'node:string_decoder';
import { takeLine } from '../../process/lines.ts';
import { Killed, signals } from '../../process/signals.ts';
import { setElements } from '../arrays.ts';
import type { Shell } from '../context.ts';
import { FieldBuilder } from '../fields.ts';

export async function read(shell: Shell, args: string[], pos: number): Promise<number> {
  let isRaw = false;
  let prompt = '';
  let timeoutMs: number | undefined;
  let most: number | undefined;
  let array: string | undefined;
  let end = '\n';
  let from = 0;
  const names: string[] = [];
  const isBash = shell.state.dialect === 'bash';
  const known = { bash: 'rspntaudN', ash: 'rspntu', dash: 'rp' }[shell.state.dialect];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (!/^-./.test(arg)) {
      names.push(arg);
      continue;
    }
    for (let index = 1; index < arg.length; index++) {
      const letter = arg[index]!;
      if (!known.includes(letter)) {
        await shell.complain(`read: ${isBash ? `-${letter}: invalid option` : `Illegal option -${letter}`}`, pos);
        return 2;
      }
      if ('rs'.includes(letter)) {
        isRaw ||= letter === 'r';
        continue;
      }
      const value = arg.slice(index + 1) || (args[++at] ?? '');
      if (letter === 'p') prompt = value;
      else if (letter === 't') timeoutMs = Number(value) * 1000;
      else if (letter === 'n' || letter === 'N') most = Number(value);
      else if (letter === 'd') end = value.slice(0, 1) || '\0';
      else if (letter === 'u') from = Number(value);
      else array = value;
      break;
    }
  }
  if (names.length === 0) names.push('REPLY');
  const { process } = shell;
  if (prompt && process.handles.get(0)?.isTty) await process.warn(prompt);
  const timer = new AbortController();
  const timeout =
    timeoutMs === undefined
      ? undefined
      : process.host.clock.after(timeoutMs, () => timer.abort(new Killed(signals.ALRM)));
  const signal = timeout ? AbortSignal.any([process.signal, timer.signal]) : process.signal;
  let line = '';
  let isWhole = true;
  try {
    for (;;) {
      if (most !== undefined || end !== '\n') {
        ({ text: line, isWhole } = await takeCharacters(shell, from, most, end, signal));
        break;
      }
      const next = await takeLine(process.handle(from), signal);
      isWhole = next?.isWhole ?? false;
      line += next?.text ?? '';
      if (isRaw || !isWhole || !/(^|[^\\])(\\\\)*\\$/.test(line)) break;
      line = line.slice(0, -1);
    }
  } catch (error) {
    if (!timer.signal.aborted || process.signal.aborted) throw error;
    return 142;
  } finally {
    timeout?.cancel();
  }
  if (array === undefined) splitLine(shell, line, names, isRaw);
  else {
    const items = line === '' ? [] : fieldsOf(shell, line);
    setElements(
      shell.state,
      array,
      items.map((value) => ({ value })),
    ); // prettier-ignore
  }
  return isWhole ? 0 : 1;
}

async function takeCharacters(
  shell: Shell,
  from: number,
  most = Number.POSITIVE_INFINITY,
  end: string,
  signal: AbortSignal,
): Promise<{ text: string; isWhole: boolean }> {
  const handle = shell.process.handle(from);
  const decoder = new StringDecoder('utf8');
  let text = '';
  for (;;) {
    const chunk = await handle.read(signal);
    if (!chunk) return { text, isWhole: false };
    for (const [index, byte] of chunk.entries()) {
      if (byte === end.charCodeAt(0)) {
        handle.unread(chunk.subarray(index + 1));
        return { text, isWhole: true };
      }
      text += decoder.write(Buffer.from([byte]));
      if ([...text].length >= most) {
        handle.unread(chunk.subarray(index + 1));
        return { text, isWhole: true };
      }
    }
  }
}

/** All fields of a line, for `read -a`. */
function fieldsOf(shell: Shell, line: string): string[] {
  const builder = new FieldBuilder(shell.state.get('IFS') ?? ' \t\n');
  builder.expansion(line);
  return builder.fields().map(({ text }) => text);
}

/** Gives each variable its field, and the last one the rest. */
function splitLine(shell: Shell, line: string, names: readonly string[], isRaw: boolean): void {
  const ifs = shell.state.get('IFS') ?? ' \t\n';
  const chars: { char: string; isPlain: boolean }[] = [];
  for (let at = 0; at < line.length; at++) {
    const isEscape = !isRaw && line[at] === '\\' && at + 1 < line.length;
    if (isEscape) at++;
    chars.push({ char: line[at]!, isPlain: !isEscape });
  }
  const isSpace = (one: { char: string; isPlain: boolean } | undefined) =>
    one?.isPlain === true && ifs.includes(one.char) && ' \t\n'.includes(one.char);
  const isMark = (one: { char: string; isPlain: boolean } | undefined) =>
    one?.isPlain === true && ifs.includes(one.char) && !isSpace(one);
  let at = 0;
  while (isSpace(chars[at])) at++;
  for (const [index, name] of names.entries()) {
    let value = '';
    if (index === names.length - 1) {
      let end = chars.length;
      while (end > at && isSpace(chars[end - 1])) end--;
      const rest = chars.slice(at, end);
      // One mark at the very end belongs to the last field, not to its text.
      if (rest.filter(isMark).length === 1 && isMark(rest.at(-1))) rest.pop();
      value = rest.map(({ char }) => char).join('');
    } else {
      while (at < chars.length && !isSpace(chars[at]) && !isMark(chars[at])) value += chars[at++]!.char;
      while (isSpace(chars[at])) at++;
      if (isMark(chars[at])) {
        at++;
        while (isSpace(chars[at])) at++;
      }
    }
    shell.assign(name, value);
  }
}
