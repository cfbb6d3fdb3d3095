/** How asynchronous events of a function are treated. */
export interface AsyncSettings {
  /** 0 to 2, default 2. */
  maximumRetryAttempts: number;
  /** 60 to 21,600, default 21,600 (six hours). */
  maximumEventAgeInSeconds: number;
  /** ARN of a queue or bucket for the record of an event that failed for good. */
  onFailure: string | undefined;
  /** ARN of a queue for the record of an event that succeeded. */
  onSuccess: string | undefined;
  /** ARN of a queue for the bare event that failed for good (`DeadLetterQueue`). */
  deadLetterQueue: string | undefined;
}

/**
 * `EventInvokeConfig` and `DeadLetterQueue` of an `AWS::Serverless::Function`.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventinvokeconfiguration.html
 */
// biome-ignore lint/suspicious/noExplicitAny: the properties of a resource, unchecked until here
export function asyncSettings(properties: Record<string, any>): AsyncSettings {
  const config = properties.EventInvokeConfig ?? {};
  const destinations = config.DestinationConfig ?? {};
  return {
    maximumRetryAttempts: Number(config.MaximumRetryAttempts ?? 2),
    maximumEventAgeInSeconds: Number(config.MaximumEventAgeInSeconds ?? 21_600),
    onFailure: destinations.OnFailure?.Destination,
    onSuccess: destinations.OnSuccess?.Destination,
    deadLetterQueue: properties.DeadLetterQueue?.TargetArn,
  };
}
