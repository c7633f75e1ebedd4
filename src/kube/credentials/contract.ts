export interface ClientCertificate {
  cert: string;
  key: string;
}

/** Proves to one server who the user is. Nothing of it is ever logged. */
export interface Credentials {
  /** The `Authorization` header, or undefined where there is none. */
  authorization(): Promise<string | undefined>;
  /** A PEM pair for TLS. */
  certificate(): Promise<ClientCertificate | undefined>;
  /** After a 401: true when there may be something new to try. */
  refresh(): Promise<boolean>;
}
