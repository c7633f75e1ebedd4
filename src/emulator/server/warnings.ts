import type { ServerResponse } from 'node:http';

/** Of all warnings together, in characters; when there would be more, each is cut to the other (apiserver, filters/warning.go). */
const MOST = 4 * 1024;
const MOST_EACH_THEN = 256;

interface Recorder {
  heard: Set<string>;
  /** Of texts, in characters. */
  written: number;
  /** What goes out; undefined once all were cut and no more is taken. */
  headers: string[];
  isCutting: boolean;
}

const recorders = new WeakMap<ServerResponse, Recorder>();

/**
 * Adds a `Warning` header (RFC 7234, 5.5: code 299, no agent). Warnings come from webhooks, policies and
 * objects: each is said once, what cannot stand in a header is left out, and all of them stay so few that
 * clients, who bound the headers they read, can take them.
 */
export function addWarning(response: ServerResponse, text: string): void {
  const known = recorders.get(response);
  const recorder: Recorder = known ?? { heard: new Set(), written: 0, headers: [], isCutting: false };
  if (!known) recorders.set(response, recorder);
  if (text === '' || recorder.heard.has(text) || (recorder.isCutting && recorder.written >= MOST)) return;
  recorder.heard.add(text);
  write(recorder, text);
  if (!recorder.isCutting && recorder.written > MOST) {
    recorder.isCutting = true;
    recorder.written = 0;
    recorder.headers = [];
    for (const one of recorder.heard) write(recorder, one);
  }
  if (recorder.headers.length > 0) response.setHeader('Warning', recorder.headers);
}

function write(recorder: Recorder, text: string): void {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) return;
  const characters = [...text];
  const shown = recorder.isCutting ? characters.slice(0, MOST_EACH_THEN) : characters;
  recorder.written += shown.length;
  recorder.headers.push(`299 - "${utf8(shown.join('').replace(/["\\]/g, '\\$&'))}"`);
}

/** Node writes a character of a header as a byte and takes no other; the bytes of UTF-8 are what clients read. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
