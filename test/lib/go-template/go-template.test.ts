import { describe, expect, test } from 'vitest';
import { compileGoTemplate } from '../../../src/lib/go-template.ts';
import golden from './golden.json' with { type: 'json' };

function printed(template: string): string {
  try {
    return compileGoTemplate(template)(golden.object);
  } catch (error) {
    return `error: ${(error as Error).message.replace(/^.*?(?=template: output:)/s, '')}`;
  }
}

describe('templates print, or fail with, what kubectl 1.32 said of the same object', () => {
  test.each(golden.templates as [string, string][])('%s', (template, expected) => {
    expect(printed(template)).toBe(expected);
  });
});

test('messages name the template; a missing key is an error where that was asked for', () => {
  expect(() => compileGoTemplate('{{foo}}')).toThrow(
    'error parsing template {{foo}}, template: output:1: function "foo" not defined',
  );
  expect(() => compileGoTemplate('{{.nope}}', { allowMissingKeys: false })({})).toThrow(
    'error executing template "{{.nope}}": template: output:1:2: executing "output" at <.nope>: map has no entry for key "nope"',
  );
});

test('a template that calls itself ends', () => {
  expect(() => compileGoTemplate('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}')({})).toThrow(
    'exceeded maximum template depth',
  );
});
