import { KctlError } from './errors.ts';
import { executeTemplate } from './go-template/execute.ts';
import { TemplateError } from './go-template/nodes.ts';
import { parseTemplate } from './go-template/parse.ts';
import { goQuoted, goValue } from './go-value.ts';
import { toCompactJson } from './json.ts';
import { PrintFailure } from './print-failure.ts';

/**
 * Compiles a template of Go's text/template as `-o go-template` takes it (kubectl reference 2.6).
 * @throws KctlError `usage` with kubectl's wording; the function that comes back throws PrintFailure for failures on an object
 */
export function compileGoTemplate(
  template: string,
  { allowMissingKeys = true }: { allowMissingKeys?: boolean } = {},
): (object: unknown) => string {
  const parsed = parsedTemplate(template);
  return (object) => {
    try {
      return executeTemplate(parsed, object, { allowMissingKeys });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const { message, output } = error;
      const printed = `${output}Error executing template: ${message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\traw data was:\n\t\t${toCompactJson(object)}\n\tobject given to template engine was:\n\t\t${goValue(object)}\n\n`;
      throw new PrintFailure(`error executing template ${goQuoted(template)}: ${message}`, printed, error);
    }
  };
}

function parsedTemplate(template: string) {
  try {
    return parseTemplate(template);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new KctlError('usage', `error parsing template ${template}, ${error.message}`, { cause: error });
  }
}
