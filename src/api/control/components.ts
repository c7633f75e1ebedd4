/** The answer of `GET /kctl/v1/components`. */
export interface ComponentList {
  /** Programs, and `kubelet` for all nodes. */
  groups: { name: string; running: boolean }[];
  /** Their parts, and `kubelet/NODE` for each that is stopped. */
  components: { name: string; group: string; running: boolean }[];
}

/** The answer of `POST /kctl/v1/components`. */
export interface ComponentsSwitched {
  components: { name: string; running: boolean; changed: boolean }[];
}
