import { gnosticTable } from './gnostic.ts';

/** openapi.v3 of gnostic's OpenAPIv3.proto, as far as documents of a Kubernetes server go. See gnostic.ts. */
export const gnosticV3 = gnosticTable(`
Document 1:openapi:s 2:info:Info 4:paths:Paths 5:components:Components 9:x-
Info 1:title:s 2:description:s 6:version:s 7:x-
Paths =map:1:PathItem
Components 1:schemas:Schemas 7:securitySchemes:Securities 10:x-
Schemas =map:1:SchemaOrReference
Securities =map:1:SecurityOrReference
SecurityOrReference =ref:1:Security:2:Reference
Security 1:type:s 2:description:s 3:name:s 4:in:s 9:x-
Reference 1:$ref:s 3:description:s
PathItem 4:get:Operation 5:put:Operation 6:post:Operation 7:delete:Operation 8:options:Operation 9:head:Operation 10:patch:Operation 13:parameters:*ParameterOrReference 14:x-
Operation 1:tags:*s 2:summary:s 3:description:s 5:operationId:s 6:parameters:*ParameterOrReference 7:requestBody:BodyOrReference 8:responses:Responses 10:deprecated:b 13:x-
ParameterOrReference =ref:1:Parameter:2:Reference
Parameter 1:name:s 2:in:s 3:description:s 4:required:b 10:schema:SchemaOrReference 14:x-
BodyOrReference =ref:1:Body:2:Reference
Body 1:description:s 2:content:MediaTypes 3:required:b 4:x-
MediaTypes =map:1:MediaType
MediaType 1:schema:SchemaOrReference 5:x-
Responses =map:2:ResponseOrReference
ResponseOrReference =ref:1:Response:2:Reference
Response 1:description:s 3:content:MediaTypes 5:x-
SchemaOrReference =ref:1:Schema:2:Reference
AdditionalProperties =bool:1:SchemaOrReference:2
Items =list:1:SchemaOrReference
Properties =map:1:SchemaOrReference
Schema 1:nullable:b 3:readOnly:b 4:writeOnly:b 7:example:a 8:deprecated:b 9:title:s 10:multipleOf:d 11:maximum:d 12:exclusiveMaximum:b 13:minimum:d 14:exclusiveMinimum:b 15:maxLength:l 16:minLength:l 17:pattern:s 18:maxItems:l 19:minItems:l 20:uniqueItems:b 21:maxProperties:l 22:minProperties:l 23:required:*s 24:enum:*a 25:type:s 26:allOf:*SchemaOrReference 27:oneOf:*SchemaOrReference 28:anyOf:*SchemaOrReference 29:not:Schema 30:items:Items 31:properties:Properties 32:additionalProperties:AdditionalProperties 33:default:default 34:description:s 35:format:s 36:x-
`);
