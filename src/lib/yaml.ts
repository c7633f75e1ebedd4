export { parseFirstYamlDocument, parseYamlDocuments } from './yaml/read.ts';
export { toYaml } from './yaml/write.ts';
