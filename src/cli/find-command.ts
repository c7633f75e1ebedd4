import type { CommandEntry } from '../commands/command.ts';
import { bareValue, FlagTable } from './flags.ts';
import { globalFlags, helpFlag } from './global-flags.ts';

export interface FoundCommand {
  /** Undefined where no word names a command. */
  entry: CommandEntry | undefined;
  /** The words that named it. */
  path: string[];
  /** `argv` without those words. */
  rest: string[];
  /** The word in the place of a (sub)command that names none. */
  unknown: string | undefined;
  /** `unknown` and the words after it: kubectl names them all. */
  unknownWords: string[];
}

/** Walks the words of `argv` that are not flags or their values down the command table. */
export async function findCommand(argv: readonly string[], table: readonly CommandEntry[]): Promise<FoundCommand> {
  const found: FoundCommand = { entry: undefined, path: [], rest: [...argv], unknown: undefined, unknownWords: [] };
  let candidates: readonly CommandEntry[] | undefined = table;
  while (candidates) {
    const own = found.entry?.load ? (await found.entry.load()).flags : [];
    const [at, ...more] = plainWords(found.rest, new FlagTable(own, globalFlags, [helpFlag]));
    if (at === undefined) break;
    const word = found.rest[at]!;
    const next: CommandEntry | undefined = candidates.find(
      (entry) => entry.name === word || entry.aliases?.includes(word),
    );
    if (!next) {
      // A verb that is a command itself takes the word as its argument.
      if (!found.entry?.load) {
        found.unknown = word;
        found.unknownWords = [at, ...more].map((index) => found.rest[index]!);
      }
      break;
    }
    found.entry = next;
    found.path.push(next.name);
    found.rest.splice(at, 1);
    candidates = next.subcommands;
  }
  return found;
}

/** Indices of the words before `--` that are neither flags nor values of them. */
function plainWords(words: readonly string[], table: FlagTable): number[] {
  const indices: number[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') indices.push(index);
    else if (takesNextWord(word, table)) index++;
  }
  return indices;
}

function takesNextWord(word: string, table: FlagTable): boolean {
  if (word.includes('=')) return false;
  if (word.startsWith('--')) {
    const spec = table.long(word.slice(2));
    return spec !== undefined && bareValue(spec) === undefined;
  }
  for (let at = 1; at < word.length; at++) {
    const spec = table.short(word[at]!);
    if (!spec) return false;
    if (bareValue(spec) === undefined) return at === word.length - 1;
  }
  return false;
}
