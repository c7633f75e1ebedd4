const IN_TREE = 'kubernetes.io/';

/** What cloud drivers that once were part of Kubernetes are called since they are not (csi-translation-lib plugins). */
const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

const HOST_PATH = 'kubernetes.io/host-path';
const CANNOT_PROVISION = new Set(['kubernetes.io/nfs']);

/** Who is waited for, as claims are marked with it; or why nobody can be. */
type Maker = { name: string; failure?: string } | { failure: string; name?: undefined };

/** Who makes volumes for classes of this provisioner, in the words of kube-controller-manager 1.36 where it is nobody. */
export function makerOf(provisioner: string): Maker {
  const migrated = MIGRATED[provisioner];
  if (migrated) return { name: migrated };
  if (!provisioner.startsWith(IN_TREE)) return { name: provisioner };
  if (provisioner === HOST_PATH) {
    const failure = `Failed to create provisioner: provisioning in volume plugin "${HOST_PATH}" is disabled`;
    return { name: HOST_PATH, failure };
  }
  if (CANNOT_PROVISION.has(provisioner)) return { failure: 'no provisionable volume plugin matched' };
  return { failure: `no volume plugin matched name: ${provisioner}` };
}
