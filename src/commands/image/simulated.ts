import type { ImageFacts } from '../../api/image-facts.ts';
import { catalogue } from '../../oci/image-catalogue.ts';
import { simulatedImage } from '../../oci/simulated-images.ts';
import type { ListedImage } from './ls-rows.ts';

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
