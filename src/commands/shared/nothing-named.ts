import { KctlError } from '../../lib/errors.ts';

/** The refusal of a verb that was given neither a resource nor a file. */
export function nothingNamed(): KctlError {
  return new KctlError(
    'usage',
    "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
  );
}
