import type { ImageFacts } from '../../api/image-facts.ts';
import { catalogue } from '../../oci/image-catalogue.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import { simulatedImage } from '../../oci/simulated-images.ts';
import type { ListedImage } from './ls-rows.ts';

/**
 * The facts of an image that the bundled cluster simulates and lists.
 * @returns undefined for all others: the cluster makes something up for any name, which is no answer to a typing error
 */
export function simulatedNamed(text: string): ImageFacts | undefined {
  try {
    const { registry, repository, ...rest } = parseReference(text);
    if (!catalogue[`${registry}/${repository}`]) return undefined;
    return simulatedImage(canonicalReference({ registry, repository, ...rest }));
  } catch {
    return undefined;
  }
}

/** The images that the bundled cluster knows well, with a tag that it lets nodes pull. They have no files. */
export function simulatedList(): ListedImage[] {
  return Object.keys(catalogue)
    .filter((name) => !name.slice(name.lastIndexOf('/')).includes(':'))
    .map((name) => simulatedImage(`${name}:latest`))
    .filter((facts): facts is ImageFacts => facts !== undefined)
    .map((facts) => ({
      name: facts.reference,
      digest: facts.digest,
      id: facts.digest,
      createdAt: undefined,
      size: facts.sizeBytes,
      labels: {},
      platforms: ['linux/amd64'],
      simulated: true,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
