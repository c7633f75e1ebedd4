import { gnosticTable } from './gnostic.ts';

const inputs = `2:in:s 3:description:s 4:name:s`;

/** openapi.v2 of gnostic's OpenAPIv2.proto, as far as documents of a Kubernetes server go. See gnostic.ts. */
export const gnosticV2 = gnosticTable(`
Document 1:swagger:s 2:info:Info 8:paths:Paths 9:definitions:Definitions 12:security:*Requirement 13:securityDefinitions:Securities
Info 1:title:s 2:version:s 3:description:s 7:x-
Paths =map:2:PathItem
Definitions =map:1:Schema
Securities =map:1:Security
Security =in:header:2:ApiKey:query:2:ApiKey
ApiKey 1:type:s 2:name:s 3:in:s 4:description:s
Requirement =map:1:Strings
Strings =list:1:s
PathItem 2:get:Operation 3:put:Operation 4:post:Operation 5:delete:Operation 6:options:Operation 7:head:Operation 8:patch:Operation 9:parameters:*ParametersItem 10:x-
Operation 1:tags:*s 2:summary:s 3:description:s 5:operationId:s 6:produces:*s 7:consumes:*s 8:parameters:*ParametersItem 9:responses:Responses 10:schemes:*s 11:deprecated:b 13:x-
ParametersItem =ref:1:Parameter:2:Reference
Reference 1:$ref:s 2:description:s
Parameter =in:body:1:Body:query:2:NonBody:path:2:NonBody:header:2:NonBody
NonBody =in:header:1:Header:query:3:Query:path:4:Path
Body 1:description:s 2:name:s 3:in:s 4:required:b 5:schema:Schema 6:x-
Header 1:required:b ${inputs} 5:type:s 6:format:s 19:uniqueItems:b 22:x-
Path 1:required:b ${inputs} 5:type:s 6:format:s 19:uniqueItems:b 22:x-
Query 1:required:b ${inputs} 6:type:s 7:format:s 20:uniqueItems:b 23:x-
Responses =map:1:ResponseValue
ResponseValue =ref:1:Response:2:Reference
Response 1:description:s 2:schema:SchemaItem 5:x-
SchemaItem =list:1:Schema
AdditionalProperties =bool:1:Schema:2
Types =list:1:s
Items =list:1:Schema
Properties =map:1:Schema
Schema 1:$ref:s 2:format:s 3:title:s 4:description:s 5:default:a 6:multipleOf:d 7:maximum:d 8:exclusiveMaximum:b 9:minimum:d 10:exclusiveMinimum:b 11:maxLength:l 12:minLength:l 13:pattern:s 14:maxItems:l 15:minItems:l 16:uniqueItems:b 17:maxProperties:l 18:minProperties:l 19:required:*s 20:enum:*a 21:additionalProperties:AdditionalProperties 22:type:Types 23:items:Items 24:allOf:*Schema 25:properties:Properties 27:readOnly:b 30:example:a 31:x-
`);
