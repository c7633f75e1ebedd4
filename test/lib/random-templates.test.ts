import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileGoTemplate } from '../../src/lib/go-template.ts';
import { compileJsonPath } from '../../src/lib/jsonpath.ts';

// Templates that were made at random, and what kubectl 1.32 printed for each on one object.

interface Case {
  template: string;
  strict: boolean;
  text?: string;
  error?: string;
}

const compilers = {
  jsonpath: (template: string, allowMissingKeys: boolean) => {
    const path = compileJsonPath(template, { allowMissingKeys });
    return (object: object) => path.print(object);
  },
  'go-template': (template: string, allowMissingKeys: boolean) => compileGoTemplate(template, { allowMissingKeys }),
};

/** The part of a message before it shows the object, and what had been printed by then. */
function answer(run: () => string): { text?: string; error?: string } {
  try {
    return { text: run() };
  } catch (error) {
    const { message, printed = '' } = error as Error & { printed?: string };
    const text = printed.replace(/Error executing template: template: [\s\S]*$/, '');
    return { error: message.replace(/ Printing more information[\s\S]*$/, ''), ...(text !== '' && { text }) };
  }
}

describe.each(Object.entries(compilers))('%s', (name, compile) => {
  const golden = JSON.parse(readFileSync(new URL(`./golden/${name}-random.json`, import.meta.url), 'utf8')) as {
    object: object;
    cases: Case[];
  };
  test.each(golden.cases.map((one) => [one.template, one] as const))('%j', (template, { strict, text, error }) => {
    const wanted = { ...(error !== undefined && { error }), ...(text !== undefined && { text }) };
    expect(answer(() => compile(template, !strict)(golden.object))).toEqual(wanted);
  });
});
