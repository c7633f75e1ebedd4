/** A schema of OpenAPI 3.0, as it is published. */
export type OpenApiSchema = Record<string, unknown>;
