import { findInMap, getAZs, ifElse, length, select } from './choice.ts';
import { cidr } from './cidr.ts';
import { and, condition, equals, not, or } from './conditions.ts';
import { getAtt, importValue, ref, sub, transform } from './references.ts';
import type { Intrinsic } from './scope.ts';
import { base64, join, split, toJsonString } from './text.ts';

/** CloudFormation's intrinsic functions, by the name of the long form. `Fn::ForEach` is expanded before (for-each.ts). */
export const intrinsics: Record<string, Intrinsic> = {
  Ref: ref,
  'Fn::Base64': base64,
  'Fn::Cidr': cidr,
  'Fn::FindInMap': findInMap,
  'Fn::GetAtt': getAtt,
  'Fn::GetAZs': getAZs,
  'Fn::If': ifElse,
  'Fn::ImportValue': importValue,
  'Fn::Join': join,
  'Fn::Length': length,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::Sub': sub,
  'Fn::ToJsonString': toJsonString,
  'Fn::Transform': transform,
};

/** Those of the Conditions section. */
export const conditionFunctions: Record<string, Intrinsic> = {
  Condition: condition,
  'Fn::And': and,
  'Fn::Equals': equals,
  'Fn::Not': not,
  'Fn::Or': or,
};
