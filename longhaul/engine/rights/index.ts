export { type GuardOptions, guard } from './guard.ts';
export { allows, type Statement } from './policy.ts';
export { functionKey, machineKeys, type Principal, principalsOf, roleKey } from './principals.ts';
export { type Asked, arn, type Right, type RightsOf } from './right.ts';
