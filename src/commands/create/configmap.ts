import { isUtf8 } from 'node:buffer';
import { KctlError } from '../../lib/errors.ts';
import { contentHash } from './append-hash.ts';
import { creationCommand } from './creation.ts';
import { checkSources, type DataWords, dataFlags, readData } from './data-sources.ts';

/** `kctl create configmap`: text goes to `data`, other bytes to `binaryData`. */
export const createConfigMapCommand = creationCommand({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  flags: dataFlags('configmap'),
  failure: 'failed to create configmap: ',
  check({ name, flags }) {
    if (name === '') throw new KctlError('usage', 'name must be specified');
    checkSources(flags);
  },
  make({ name, flags, context }) {
    const data: Record<string, string> = {};
    const binaryData: Record<string, string> = {};
    const words: DataWords = {
      invalidKey: (complaints) => `a valid key name for a ConfigMap: ${complaints.join(',')}`,
      doubledKey: (key, before) =>
        `cannot add key ${JSON.stringify(key)}, another key by that name already exists in ${isUtf8(before) ? 'Data' : 'BinaryData'} for ConfigMap ${JSON.stringify(name)}`,
      envFolder: 'env config file cannot be a directory',
    };
    const read = readData(flags, ['from-file', 'from-literal', 'from-env-file'], words, context.io);
    for (const [key, bytes] of read) {
      if (isUtf8(bytes)) data[key] = bytes.toString();
      else binaryData[key] = bytes.toString('base64');
    }
    const hasBinary = Object.keys(binaryData).length > 0;
    const hash = () => contentHash({ kind: 'ConfigMap', name, data, ...(hasBinary && { binaryData }) });
    return { metadata: { name: flags['append-hash'] ? `${name}-${hash()}` : name }, data, binaryData };
  },
});
