import { type NameRule, patternText } from '../../api/validation/names.ts';

const pattern = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const form = new RegExp(`^${pattern}$`);
const complaint = patternText(
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
  pattern,
  'my.env-name',
  'MY_ENV.NAME',
  'MyEnvName1',
);

/** Names of variables as kubectl takes them; servers take more since 1.30. */
export const environmentKey: NameRule = (text) => {
  const complaints = form.test(text) ? [] : [complaint];
  if (text === '.') return [...complaints, "must not be '.'"];
  if (text === '..') return [...complaints, "must not be '..'"];
  return text.startsWith('..') ? [...complaints, "must not start with '..'"] : complaints;
};
