export { checkSyntax, compileWhere } from './where.ts';
