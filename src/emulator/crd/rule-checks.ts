/** Everything that needs CEL; loaded when the first rule comes. */
export { wrongRules } from './definition-rules.ts';
export { validateRules } from './validate-rules.ts';
