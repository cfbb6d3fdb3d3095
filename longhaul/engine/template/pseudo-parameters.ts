import type { Deployment } from './model.ts';
import { arn, partition, stableUuid } from './physical-ids/names.ts';
import { type Evaluated, NO_VALUE } from './value.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html */
export function pseudoParameters(deployment: Deployment): Record<string, Evaluated> {
  const { accountId, region, stackName } = deployment;
  return {
    'AWS::AccountId': accountId,
    'AWS::NoValue': NO_VALUE,
    'AWS::NotificationARNs': [],
    'AWS::Partition': partition(region),
    'AWS::Region': region,
    'AWS::StackId': stackId(deployment),
    'AWS::StackName': stackName,
    'AWS::URLSuffix': region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com',
  };
}

export function stackId(deployment: Deployment): string {
  return arn(deployment, 'cloudformation', `stack/${deployment.stackName}/${stableUuid(deployment.stackName)}`);
}
