import { formatDate } from '../values.ts';
import { fieldsOf, regexOf, whole } from './record.ts';
import type { Runtime } from './runtime.ts';
import type { Expression } from './tree.ts';
import { formatted, numberOf, textOf, type Value } from './values.ts';

/** A function of the language: gets its arguments as they stand, and calculates those that it wants. */
type Builtin = (run: Runtime, args: readonly Expression[]) => Promise<Value> | Value;

const text = async (run: Runtime, one: Expression | undefined): Promise<string> =>
  one ? textOf(await run.value(one), run.format) : '';
const number = async (run: Runtime, one: Expression | undefined): Promise<number> =>
  one ? numberOf(await run.value(one)) : 0;

const arithmetic =
  (calculate: (value: number) => number): Builtin =>
  async (run, [one]) =>
    calculate(await number(run, one));

/** `\&` is the sign itself, `&` what was found. */
const replacementOf = (template: string, found: string): string =>
  template.replace(/\\\\&|\\&|&/g, (mark) => (mark === '&' ? found : mark === '\\&' ? '&' : `\\${found}`));

async function substitute(run: Runtime, args: readonly Expression[], all: boolean): Promise<Value> {
  const regex = regexOf(await run.pattern(args[0]));
  const template = await text(run, args[1]);
  const target: Expression = args[2] ?? { is: 'field', of: { is: 'number', value: 0 } };
  const before = await text(run, target);
  let out = '';
  let at = 0;
  let count = 0;
  for (let found = regex.exec(before); found; found = at <= before.length ? regex.exec(before, at) : undefined) {
    count++;
    out += before.slice(at, found.start) + replacementOf(template, before.slice(found.start, found.end));
    at = found.end;
    if (found.end === found.start) {
      out += before.slice(at, at + 1);
      at++;
    } else if (all && at < before.length) {
      // Nothing at all is not found where something was just found.
      const next = regex.exec(before, at);
      if (next && next.start === at && next.end === at) {
        out += before[at];
        at++;
      }
    }
    if (!all || (at >= before.length && found.end > found.start)) break;
  }
  if (count === 0) return 0;
  out += before.slice(at);
  if (target.is === 'field' || target.is === 'variable' || target.is === 'element') await run.assign(target, out);
  return count;
}

export const builtins: Readonly<Record<string, Builtin>> = {
  async length(run, [one]) {
    if (one?.is === 'variable' && run.isArray(one.name)) return run.array(one.name).size;
    return [...(one ? await text(run, one) : run.record.text)].length;
  },
  async substr(run, [of, from, count]) {
    const chars = [...(await text(run, of))];
    const start = Math.round(await number(run, from));
    const end = count ? start + Math.round(await number(run, count)) : Number.POSITIVE_INFINITY;
    return chars.slice(Math.max(start, 1) - 1, Math.max(end - 1, 0)).join('');
  },
  async index(run, [of, what]) {
    return (await text(run, of)).indexOf(await text(run, what)) + 1;
  },
  async split(run, [of, into, separator]) {
    const source = await text(run, of);
    const by = separator ? await run.separator(separator) : run.get('FS');
    const parts = fieldsOf(source, by);
    if (into?.is !== 'variable') return 0;
    const array = run.array(into.name);
    array.clear();
    parts.forEach((part, index) => {
      array.set(String(index + 1), { text: part });
    });
    return parts.length;
  },
  sub: (run, args) => substitute(run, args, false),
  gsub: (run, args) => substitute(run, args, true),
  async gensub(run, [pattern, template, how, target]) {
    const regex = regexOf(await run.pattern(pattern));
    const which = await text(run, how);
    const wanted = /^[gG]/.test(which) ? 0 : Math.max(Math.trunc(Number(which)) || 1, 1);
    const words = await text(run, template);
    const source = target ? await text(run, target) : run.record.text;
    let out = '';
    let at = 0;
    let count = 0;
    for (let found = regex.exec(source); found; found = regex.exec(source, at)) {
      const { groups, start, end } = found;
      const whole = source.slice(start, end);
      const isWanted = wanted === 0 || ++count === wanted;
      const made = words.replace(/\\(\d)|&|\\&/g, (mark, digit?: string) =>
        digit !== undefined ? (groups[Number(digit)] ?? '') : mark === '&' ? whole : '&',
      );
      out += source.slice(at, start) + (isWanted ? made : whole);
      at = end;
      if (end === start) out += source[at++] ?? '';
      if (at > source.length || (wanted > 0 && count >= wanted)) break;
    }
    return out + source.slice(at);
  },
  async match(run, [of, pattern]) {
    const found = regexOf(await run.pattern(pattern)).exec(await text(run, of));
    run.set('RSTART', found ? found.start + 1 : 0);
    run.set('RLENGTH', found ? found.end - found.start : -1);
    return found ? found.start + 1 : 0;
  },
  async sprintf(run, [format, ...args]) {
    const values: Value[] = [];
    const first = await text(run, format);
    for (const one of args) values.push(await run.value(one));
    return formatted(first, values, run.format);
  },
  tolower: async (run, [one]) => (await text(run, one)).toLowerCase(),
  toupper: async (run, [one]) => (await text(run, one)).toUpperCase(),
  int: arithmetic(Math.trunc),
  sqrt: arithmetic(Math.sqrt),
  exp: arithmetic(Math.exp),
  log: arithmetic(Math.log),
  sin: arithmetic(Math.sin),
  cos: arithmetic(Math.cos),
  atan2: async (run, [y, x]) => Math.atan2(await number(run, y), await number(run, x)),
  rand: (run) => run.random(),
  async srand(run, [seed]) {
    return run.seed(seed ? whole(await run.value(seed)) : Math.floor(run.now() / 1000));
  },
  systime: (run) => Math.floor(run.now() / 1000),
  async strftime(run, [format, time]) {
    const at = time ? (await number(run, time)) * 1000 : run.now();
    return formatDate(format ? await text(run, format) : '%a %b %e %H:%M:%S %Z %Y', at);
  },
  and: async (run, [a, b]) => Number(BigInt(whole(await run.value(a!))) & BigInt(whole(await run.value(b!)))),
  or: async (run, [a, b]) => Number(BigInt(whole(await run.value(a!))) | BigInt(whole(await run.value(b!)))),
  system: async (run, [command]) => run.streams.run(await text(run, command)),
  close: async (run, [name]) => run.streams.close(await text(run, name)),
  fflush: async (run) => run.streams.flush().then(() => 0),
};
