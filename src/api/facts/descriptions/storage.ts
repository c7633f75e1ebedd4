/** Volumes, claims and classes. */
export const storageDescriptions = `
core/v1.PersistentVolume A piece of storage of the cluster. It outlives pods and is used through a claim.
core/v1.PersistentVolumeSpec What the storage is. Besides the fields here, one names the storage itself.
  accessModes How it can be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.
  capacity Its size.
  claimRef The claim that has it.
  csi Storage of a CSI driver.
  hostPath A path of the node; for tests.
  local A disk of one node.
  mountOptions Options for mount.
  nfs A folder of an NFS server.
  nodeAffinity The nodes from which it can be used.
  persistentVolumeReclaimPolicy What becomes of it when its claim goes: Retain, Delete or Recycle.
  storageClassName The class it belongs to.
  volumeMode Filesystem (the default) or Block.
core/v1.PersistentVolumeStatus What is known of a volume.
  lastPhaseTransitionTime When the phase last changed.
  message Why, for people.
  phase Available, Bound, Released, Failed or Pending.
  reason Why, in one word.
core/v1.PersistentVolumeClaim Asks for storage of a size and kind; a volume is bound to it.
core/v1.PersistentVolumeClaimSpec What storage is asked for.
  accessModes How it is to be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.
  dataSource A snapshot or claim to start from.
  dataSourceRef As dataSource, for more kinds.
  resources How much: requests.storage. It may grow where the class allows it.
  selector Labels of the volumes that will do.
  storageClassName The class; the default one if not set, and none at all if empty.
  volumeAttributesClassName The class of changeable attributes, such as speed.
  volumeMode Filesystem (the default) or Block.
  volumeName The volume that is bound.
core/v1.PersistentVolumeClaimStatus What is known of a claim.
  accessModes How the volume can be mounted.
  capacity The size of the volume.
  conditions What is going on, such as Resizing.
  phase Pending, Bound or Lost.
core/v1.VolumeResourceRequirements How much storage.
  limits The most.
  requests The least, under the key storage.
storage/v1.StorageClass A kind of storage that claims can ask for; its provisioner makes volumes on demand.
  allowVolumeExpansion Whether claims may grow.
  allowedTopologies Where volumes may be made.
  mountOptions Options for mount.
  parameters Settings for the provisioner.
  provisioner Who makes the volumes.
  reclaimPolicy What becomes of a volume when its claim goes: Delete (the default) or Retain.
  volumeBindingMode Immediate, or WaitForFirstConsumer to wait until a pod wants the claim.
storage/v1.VolumeAttributesClass Attributes of volumes that can be changed later.
  driverName The CSI driver.
  parameters The attributes.
storage/v1.VolumeAttachment Says that a volume is or is to be attached to a node.
storage/v1.CSIDriver What a CSI driver on the cluster can do.
storage/v1.CSINode The CSI drivers of one node.
storage/v1.CSIStorageCapacity How much room a class has in a part of the cluster.
  capacity The room.
  maximumVolumeSize The largest volume.
  nodeTopology The part of the cluster.
  storageClassName The class.
`;
