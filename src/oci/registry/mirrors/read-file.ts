import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import type { OnBroken } from './route.ts';

export type Table = Readonly<Record<string, unknown>>;

/** A file of TOML; undefined where it is not there, or is told to be broken. */
export const readToml = (path: string, broken: OnBroken): Table | undefined =>
  readWith(path, broken, (text) => parse(text));

/** As `readToml`, of JSON. */
export const readJson = (path: string, broken: OnBroken): Table | undefined =>
  readWith(path, broken, (text) => {
    const content: unknown = JSON.parse(text);
    if (isTable(content)) return content;
    throw new Error('it is no object');
  });

function readWith(path: string, broken: OnBroken, parseText: (text: string) => Table): Table | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ENOTDIR'].includes(code)) broken(path, code || message);
    return undefined;
  }
  try {
    return parseText(text);
  } catch (error) {
    // The library adds the lines around the place.
    broken(path, (error as Error).message.split('\n')[0]!);
    return undefined;
  }
}

export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '');

/** An address, where none is said with TLS. */
export function addressOf(text: string): URL | undefined {
  const full = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return undefined;
  const url = new URL(full);
  return /^https?:$/.test(url.protocol) ? url : undefined;
}
