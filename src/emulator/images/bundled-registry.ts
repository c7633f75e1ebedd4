import type { CheckPassword } from '../../oci/server/passwords.ts';
import type { ImageStore } from '../../oci/store/types.ts';

/** What the kubelets of a cluster pull from: the images of the one who runs it. */
export interface BundledRegistry {
  store: ImageStore;
  /** Names by which images are pushed to it, with ports: `localhost:5000`, `127.0.0.1:5000`. */
  hosts(): readonly string[];
  /** Whom it lets in; undefined: everybody. */
  checkPassword(): CheckPassword | undefined;
}
