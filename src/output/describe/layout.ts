import type { KubeObject } from '../../api/meta.ts';
import { writeEvents } from './events.ts';
import type { DescribeContext, Describer } from './fetch.ts';
import { writeAnnotations, writeMap } from './maps.ts';
import { DescribeText } from './text.ts';
import { timeText } from './time.ts';

/** `Title:<tab>value`; the row is left out where the value is undefined. */
export type Row = readonly [title: string, value: (object: KubeObject, context: DescribeContext) => unknown];

/** A part of several lines. Sections that look something up do so at the same time. */
export type Section = (out: DescribeText, object: KubeObject, context: DescribeContext) => void | Promise<void>;

export type Part = Row | Section;

/** A kind described by its parts, in their order. */
export function layout(...parts: readonly Part[]): Describer {
  return async (object, context) => {
    const texts = await Promise.all(parts.map((part) => textOf(part, object, context)));
    const whole = new DescribeText();
    for (const text of texts) whole.append(text);
    return whole;
  };
}

async function textOf(part: Part, object: KubeObject, context: DescribeContext): Promise<DescribeText> {
  const out = new DescribeText();
  if (typeof part === 'function') await part(out, object, context);
  else writeRow(out, 0, part, object, context);
  return out;
}

function writeRow(
  out: DescribeText,
  level: number,
  [title, value]: Row,
  object: KubeObject,
  context: DescribeContext,
): void {
  const text = value(object, context);
  if (text !== undefined) out.field(level, title, text);
}

/** Rows under a heading, one level deeper. */
export function under(title: string, ...rows: readonly Row[]): Section {
  return (out, object, context) => {
    out.line(0, `${title}:`);
    for (const row of rows) writeRow(out, 1, row, object, context);
  };
}

export const name: Part = ['Name', ({ metadata }) => metadata.name ?? ''];
export const namespace: Part = ['Namespace', ({ metadata }) => metadata.namespace ?? ''];
export const labels: Part = (out, { metadata }) => writeMap(out, 'Labels', metadata.labels);
export const annotations: Part = (out, { metadata }) => writeAnnotations(out, metadata.annotations);
export const created: Part = ['CreationTimestamp', ({ metadata }) => timeText(metadata.creationTimestamp)];
export const controlledBy: Part = ['Controlled By', ({ metadata }) => controllerOf(metadata)];
export const events: Part = writeEvents;

function controllerOf({ ownerReferences }: KubeObject['metadata']): string | undefined {
  const controller = ownerReferences?.find((reference) => reference.controller);
  return controller && `${controller.kind}/${controller.name}`;
}
