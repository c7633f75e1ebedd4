import { RegistryHttp } from '../../../src/oci/registry/http.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { pullImage } from '../../../src/oci/transfer/pull-image.ts';
import { pushImage } from '../../../src/oci/transfer/push-image.ts';

/** Pulls or pushes, tells how many bytes are there by now, and waits to be killed. */
const [verb, path = '', reference = ''] = process.argv.slice(2);
const store = openImageStore(path);
const options = {
  registries: { http: new RegistryHttp() },
  on: (event: { kind: string; done?: number }) => {
    if (event.kind === 'bytes') process.stdout.write(`${event.done}\n`);
  },
};
if (verb === 'pull') await pullImage(store, reference, options);
else await pushImage(store, store.images.byName(reference)!, reference, options);
