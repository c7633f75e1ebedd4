import { KctlError } from './errors.ts';
import { executeTemplate } from './go-template/execute.ts';
import { TemplateError } from './go-template/nodes.ts';
import { parseTemplate } from './go-template/parse.ts';

/**
 * Compiles a template of Go's text/template as `-o go-template` takes it (kubectl reference 2.6).
 * @throws KctlError `usage` with kubectl's wording; the function that comes back throws the same for failures on an object
 */
export function compileGoTemplate(
  template: string,
  { allowMissingKeys = true }: { allowMissingKeys?: boolean } = {},
): (object: unknown) => string {
  const parsed = worded(() => parseTemplate(template), `error parsing template ${template}, `);
  const failed = `error executing template ${JSON.stringify(template)}: `;
  return (object) => worded(() => executeTemplate(parsed, object, { allowMissingKeys }), failed);
}

function worded<T>(run: () => T, prefix: string): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new KctlError('usage', prefix + error.message, { cause: error });
  }
}
