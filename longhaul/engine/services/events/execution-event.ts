import type { Execution } from '../states/store.ts';
import type { Occurrence } from './event.ts';

/** "If the combined escaped input and escaped output exceeds 248KB, then the input will be excluded" (page below). */
const LIMIT = 248 * 1024;

/**
 * `Step Functions Execution Status Change`, which Step Functions sends when an execution starts and when it ends.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function executionEvent(execution: Execution): Occurrence {
  const { arn, stateMachineArn, name, status, startDate, stopDate, input, output, error, cause } = execution;
  const hasOutput = output !== null && escaped(output) <= LIMIT;
  const hasInput = escaped(input) + (hasOutput ? escaped(output) : 0) <= LIMIT;
  return {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [arn],
    time: stopDate ?? startDate,
    detail: {
      executionArn: arn,
      stateMachineArn,
      name,
      status,
      startDate,
      stopDate,
      input: hasInput ? input : null,
      inputDetails: { included: hasInput },
      output: hasOutput ? output : null,
      outputDetails: output === null ? null : { included: hasOutput },
      ...(error !== null && { error }),
      ...(cause !== null && { cause }),
    },
  };
}

const escaped = (text: string) => Buffer.byteLength(JSON.stringify(text));
