import { failed } from '../failure.ts';
import { schemasOf } from './openapi-schema.ts';
import { builtinSchemas, type SchemaSource } from './schema.ts';

const BUILTIN_VERSION = 'v1.21.2';

/** The schemas of one build: the first kustomization that asks for others decides for all. */
export class BuildSchemas implements SchemaSource {
  private current: SchemaSource = builtinSchemas;
  private isChosen = false;

  /**
   * @param document the text behind `openapi.path`
   * @throws KctlError `input` where version and path are given, or a version that is not built in
   */
  choose(openapi: Readonly<Record<string, string>>, document: string | undefined): void {
    if (this.isChosen) return;
    const { version = '' } = openapi;
    if (document !== undefined) {
      if (Object.hasOwn(openapi, 'version'))
        throw failed('builtin version and custom schema provided, cannot use both');
      this.current = schemasOf(document, openapi.path ?? '');
      this.isChosen = true;
    } else if (version !== '') {
      if (version !== BUILTIN_VERSION) throw failed('the specified OpenAPI version is not built in');
      this.isChosen = true;
    }
  }

  schemaOf: SchemaSource['schemaOf'] = (apiVersion, kind) => this.current.schemaOf(apiVersion, kind);
  isClusterScoped: SchemaSource['isClusterScoped'] = (apiVersion, kind) =>
    this.current.isClusterScoped(apiVersion, kind);
}
