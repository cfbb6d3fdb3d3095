import type { Target as ApiTarget } from '@aws-sdk/client-eventbridge';

/** Where a rule sends an event, as the API and CloudFormation both write it. */
export type Target = Pick<
  ApiTarget,
  'Input' | 'InputPath' | 'RetryPolicy' | 'DeadLetterConfig' | 'SqsParameters' | 'RoleArn'
> & {
  Id: string;
  Arn: string;
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
};

export interface Rule {
  bus: string;
  name: string;
  arn: string;
  /** The pattern's JSON text. */
  pattern: string;
  state: 'ENABLED' | 'DISABLED';
  description: string | undefined;
  targets: Target[];
}

/** `default`, or the name in `arn:aws:events:us-east-1:000000000000:event-bus/orders`. */
export const busName = (nameOrArn: string | undefined) => (nameOrArn ?? 'default').replace(/^arn:.*:event-bus\//, '');

export const busArn = (bus: string) => `arn:aws:events:us-east-1:000000000000:event-bus/${bus}`;

/** The bus is part of the ARN unless it is the default one. */
export const ruleArn = (bus: string, name: string) =>
  `arn:aws:events:us-east-1:000000000000:rule/${bus === 'default' ? '' : `${bus}/`}${name}`;

/**
 * Seconds after which, and attempts after the first with which, EventBridge gives up.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
 */
export function retryPolicy({ RetryPolicy }: Target): { attempts: number; seconds: number } {
  return {
    attempts: Number(RetryPolicy?.MaximumRetryAttempts ?? 185),
    seconds: Number(RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400),
  };
}
