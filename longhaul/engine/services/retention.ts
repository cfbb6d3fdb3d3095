/**
 * How long the engine keeps an execution with its history, job or task after its end: 90 days, in milliseconds, as Step Functions
 * does. Batch has a week and ECS an hour, but here nobody else remembers. What is older goes at the start of an engine.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-state-machine-executions
 */
export const RETENTION = 90 * 24 * 60 * 60 * 1000;
