import { escapeTerminal } from '../../lib/escape.ts';
import type { Overlay } from '../state/overlays.ts';
import type { InputEvent } from '../term/key.ts';
import { say } from '../words/say.ts';

/** Items of a list that are read at once. */
const readItems = 15;

type DialogState = Extract<Overlay, { type: 'dialog' }>['state'];

const key = (id: string): InputEvent => ({ type: 'key', id });

/** A question in words, with what may be answered. */
export function questionText(overlay: Overlay): string[] {
  const { state } = overlay;
  if (overlay.type === 'picker') {
    const { items, found, title } = overlay.state;
    const shown = found.slice(0, readItems).map((index, at) => {
      const { label, detail, on } = items[index]!;
      const tick = on === undefined ? '' : `, ${on ? say('on') : say('off')}`;
      return escapeTerminal(`${at + 1}. ${label}${detail ? `, ${detail}` : ''}${tick}`);
    });
    const left = found.length - shown.length;
    return [
      `${escapeTerminal(title)}, ${say('{count} to choose from', { count: found.length })}.`,
      ...shown,
      ...(left > 0 ? [say('{count} more: type letters to search.', { count: left })] : []),
      say('A number chooses, letters search, esc leaves.'),
    ];
  }
  const { title, lines, buttons, problem } = state as DialogState;
  const field = fieldText(state as DialogState);
  return [
    `${escapeTerminal(title)}.`,
    ...lines.map((line) => escapeTerminal(line)),
    ...(problem ? [escapeTerminal(problem)] : []),
    field ?? say('Type yes for {button}, anything else leaves.', { button: buttons.at(-1) ?? '' }),
  ];
}

/** The field that is asked for, with its value; undefined where the buttons are. */
function fieldText({ fields, focus }: DialogState): string | undefined {
  const field = fields[focus];
  if (!field) return undefined;
  if ('edit' in field) {
    return say('{label}? Now: {value}. Type another, or an empty line to keep it.', {
      label: field.label,
      value: field.edit.text || say('empty'),
    });
  }
  const options = field.options.map((option, index) => `${index + 1} ${option}`).join(', ');
  return say('{label}? Now: {value}. {options}. A number, or an empty line to keep it.', {
    label: field.label,
    value: field.options[field.value] ?? '',
    options,
  });
}

/** Where a question begins by lines: at the first field, else at the buttons. */
export function firstKeys(overlay: Overlay): InputEvent[] {
  if (overlay.type === 'picker') return [];
  const { focus, fields, buttons } = overlay.state;
  const stops = fields.length + buttons.length;
  return Array.from({ length: (stops - focus) % stops }, () => key('tab'));
}

/** What a line that was typed means to a question, as the keys that a screen would take. */
export function answerKeys(overlay: Overlay, line: string): InputEvent[] {
  const text = line.trim();
  if (/^(esc|cancel|quit)$/i.test(text)) return [key('esc')];
  return overlay.type === 'picker' ? pickKeys(overlay.state, text) : dialogKeys(overlay.state, text);
}

function pickKeys({ found, at, edit }: Extract<Overlay, { type: 'picker' }>['state'], text: string): InputEvent[] {
  if (text === '') return [key('enter')];
  const number = /^\d+$/.test(text) ? Number(text) - 1 : -1;
  if (number >= 0 && number < found.length) {
    const steps = number - at;
    return [...Array.from({ length: Math.abs(steps) }, () => key(steps > 0 ? 'down' : 'up')), key('enter')];
  }
  return [...edit.text].map(() => key('backspace')).concat([{ type: 'paste', text }]);
}

function dialogKeys({ fields, focus, buttons }: DialogState, text: string): InputEvent[] {
  const field = fields[focus];
  if (!field) {
    if (!/^(y|yes|예|네)$/i.test(text)) return [key('esc')];
    const last = fields.length + buttons.length - 1;
    return [...Array.from({ length: last - focus }, () => key('tab')), key('enter')];
  }
  if (text === '') return [key('tab')];
  if ('edit' in field)
    return [key('end'), ...[...field.edit.text].map(() => key('backspace')), { type: 'paste', text }, key('tab')];
  const wanted = /^\d+$/.test(text) ? Number(text) - 1 : field.options.indexOf(text);
  if (wanted < 0 || wanted >= field.options.length) return [];
  const steps = (wanted - field.value + field.options.length) % field.options.length;
  return [...Array.from({ length: steps }, () => key('right')), key('tab')];
}
