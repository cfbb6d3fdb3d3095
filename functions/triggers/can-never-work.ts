/**
 * Names of errors that come again however often the event is delivered: it is not what its source sends, the job takes
 * no such input, no execution can have the name that follows from it, or Step Functions refuses it as it is
 * (StartExecution, "Errors"). All others may pass: throttling, outages, missing permissions, a deployment half done.
 */
const PERMANENT = new Set([
  'MalformedEventError',
  'InvalidInputError',
  'RangeError', // of executionName
  'InvalidName',
  'InvalidExecutionInput',
  'ValidationException',
]);

export function canNeverWork(error: Error): boolean {
  // Of several it is the name of the first: one that may pass keeps all of them.
  if (error instanceof AggregateError) return error.errors.every(canNeverWork);
  return PERMANENT.has(error.name);
}
