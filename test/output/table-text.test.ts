import { expect, test } from 'vitest';
import { csvTable, markdownTable } from '../../src/output/table-text.ts';

test('Markdown: what would be more than text is escaped', () => {
  const cells = ['a|b', '<none>', '*x*', 'snake_case', '_x_', '[a](b)', '`c`', 'C:\\d', 'a & b', '&lt;', '~~'];
  expect(markdownTable([cells], false)).toBe(
    '| a\\|b | \\<none\\> | \\*x\\* | snake_case | \\_x\\_ | \\[a\\](b) | \\`c\\` | C:\\\\d | a & b | \\&lt; | \\~\\~ |\n',
  );
  expect(
    markdownTable(
      [
        ['A', 'B'],
        ['1', ''],
      ],
      true,
    ),
  ).toBe('| A | B |\n| --- | --- |\n| 1 |  |\n');
});

test('CSV: quotes where they are needed, and no formulas', () => {
  const cells = ['plain', 'a,b', 'say "x"', '=1+2', '+1', '-5', '-5+cmd', '@x', ' led', '', 'two\nlines', '<none>'];
  expect(csvTable([cells], false)).toBe(
    `plain,"a,b","say ""x""",'=1+2,+1,-5,'-5+cmd,'@x," led",,"two\nlines",<none>\n`,
  );
});
