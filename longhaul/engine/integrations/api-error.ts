import { type Json, StateError } from '../../asl/host.ts';
import { ServiceError } from '../endpoint/service.ts';
import { ArgumentError, fromPascalCase, type Shape } from './pascal-case.ts';

/**
 * Arguments of a Task state as the service's input.
 *
 * @throws StateError `States.Runtime` for a field that the API does not have, or a value of the wrong type
 */
export function readArguments<T>(shape: Shape, value: Json): T {
  try {
    return fromPascalCase(shape, value) as T;
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const text = JSON.stringify(value);
    throw new StateError(
      'States.Runtime',
      `The Parameters '${text}' could not be used to start the Task: [${error.message}]`,
    );
  }
}

/** How a service names itself in Step Functions' errors. */
export interface ErrorNames {
  /** `Batch`: the first part of every error's name. */
  prefix: string;
  /** `AWSBatch`: the service in the cause. */
  service: string;
  /** The exceptions that the API declares for the action; they keep their names. */
  declared: string[];
  /** `AWSBatchException`: the name of every other, throttling among them. */
  other: string;
}

/** Calls the service's API; what it refuses is the state's error: `Batch.ClientException`, with the text as its cause. */
export function callApi<T>({ prefix, service, declared, other }: ErrorNames, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { code, message, status } = error;
    const name = declared.includes(code) ? code : other;
    throw new StateError(
      `${prefix}.${name}`,
      `${message} (Service: ${service}; Status Code: ${status}; Error Code: ${code})`,
    );
  }
}
