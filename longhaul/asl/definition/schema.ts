import { z } from 'zod';
import { isExpression } from '../query/expression.ts';
import type { Machine, State } from './model.ts';

/** What each type of state may and must contain, field by field. What refers to other states is checked elsewhere. */

const anything = z.json();
const expression = z.string().refine(isExpression, { error: 'must be a JSONata expression {% … %}' });
const maximumSeconds = 99_999_999;

/** A number within bounds, or an expression whose result is held to the same bounds when it is known. */
function number(schema: z.ZodNumber, accepted: string) {
  return z.union([schema, expression], { error: `must be ${accepted}, or a JSONata expression {% … %}` });
}

const seconds = (least: number) =>
  number(
    z.number().int().min(least).max(maximumSeconds),
    `a whole number of seconds from ${least} to ${maximumSeconds}`,
  );

// Unicode identifiers of at most 80 characters (workflow-variables.html, "Variable name syntax").
const variableName = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u;
const assign = z.record(z.string(), anything).superRefine((variables, context) => {
  for (const name of Object.keys(variables)) {
    if (name === 'states') {
      context.addIssue({
        code: 'custom',
        message: '$states is reserved: give the variable another name',
        path: [name],
      });
    } else if (!variableName.test(name)) {
      context.addIssue({
        code: 'custom',
        message: 'a variable is named by a letter, then letters, digits and underscores, 80 characters at most',
        path: [name],
      });
    }
  }
});

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata').optional() };
const leaving = { Assign: assign.optional(), Output: anything.optional() };
const transition = { Next: z.string().optional(), End: z.boolean().optional() };
const errorEquals = z.array(z.string()).min(1, { error: 'must name at least one error' });

const retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errorEquals,
  IntervalSeconds: z.number().int().min(1).max(maximumSeconds).optional(),
  MaxAttempts: z.number().int().min(0).max(maximumSeconds).optional(),
  BackoffRate: z.number().min(1).optional(),
  // A year of 366 days (concepts-error-handling.html, "MaxDelaySeconds").
  MaxDelaySeconds: z.number().int().min(1).max(31_622_399).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});
const catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errorEquals,
  Next: z.string(),
  ...leaving,
});

/** `States.ALL` stands alone, and in the last place (concepts-error-handling.html). */
const wildcardLast = (entries: { ErrorEquals: string[] }[]): boolean =>
  entries.every(
    ({ ErrorEquals }, index) =>
      !ErrorEquals.includes('States.ALL') || (ErrorEquals.length === 1 && index === entries.length - 1),
  );
const wildcardMessage = { error: 'States.ALL must stand alone in ErrorEquals, and in the last entry of the list' };
const failing = {
  Retry: z.array(retrier).refine(wildcardLast, wildcardMessage).optional(),
  Catch: z.array(catcher).refine(wildcardLast, wildcardMessage).optional(),
};

const refused = {
  HeartbeatSeconds: z.never({ error: 'no task that is run here sends heartbeats: leave it out' }).optional(),
};

const machine: z.ZodType<Machine> = z.lazy(() =>
  z.strictObject({
    Comment: z.string().optional(),
    ProcessorConfig: z
      .strictObject({ Mode: z.literal('INLINE', { error: 'must be INLINE: a distributed Map is not run here' }) })
      .optional(),
    StartAt: z.string(),
    States: states,
  }),
);

const stateTypes = [
  z.strictObject({ Type: z.literal('Pass'), ...common, ...leaving, ...transition }),
  z.strictObject({
    Type: z.literal('Task'),
    ...common,
    ...leaving,
    ...transition,
    ...failing,
    Resource: z.string(),
    Arguments: anything.optional(),
    // Recorded: localstack/localstack, test_invalid_credentials_field.
    Credentials: z
      .looseObject({ RoleArn: z.string({ error: 'is required: the role that the task is called with' }) })
      .optional(),
    TimeoutSeconds: seconds(1).optional(),
    ...refused,
  }),
  z.strictObject({
    Type: z.literal('Choice'),
    ...common,
    ...leaving,
    Choices: z
      .array(
        z.strictObject({
          Comment: z.string().optional(),
          Condition: z.union([expression, z.boolean()], { error: 'must be a JSONata expression {% … %}' }),
          Next: z.string(),
          ...leaving,
        }),
      )
      .min(1, { error: 'must have at least one rule' }),
    Default: z.string().optional(),
  }),
  z.strictObject({
    Type: z.literal('Wait'),
    ...common,
    ...leaving,
    ...transition,
    Seconds: seconds(0).optional(),
    Timestamp: z
      .union([expression, z.iso.datetime({ offset: true })], {
        error: 'must be a time such as 2026-12-24T08:00:00Z, or a JSONata expression {% … %}',
      })
      .optional(),
  }),
  z.strictObject({ Type: z.literal('Succeed'), ...common, Output: anything.optional() }),
  z.strictObject({ Type: z.literal('Fail'), ...common, Error: z.string().optional(), Cause: z.string().optional() }),
  z.strictObject({
    Type: z.literal('Parallel'),
    ...common,
    ...leaving,
    ...transition,
    ...failing,
    Arguments: anything.optional(),
    Branches: z.array(machine).min(1, { error: 'must have at least one branch' }),
  }),
  z.strictObject({
    Type: z.literal('Map'),
    ...common,
    ...leaving,
    ...transition,
    ...failing,
    Items: z
      .union([expression, z.array(anything), z.record(z.string(), anything)], {
        error: 'must be an array, an object, or a JSONata expression {% … %}',
      })
      .optional(),
    ItemSelector: anything.optional(),
    ItemProcessor: machine,
    MaxConcurrency: number(z.number().int().min(0), 'a whole number from 0').optional(),
    ToleratedFailureCount: number(z.number().int().min(0), 'a whole number from 0').optional(),
    ToleratedFailurePercentage: number(z.number().min(0).max(100), 'a number from 0 to 100').optional(),
  }),
] as const;

const state: z.ZodType<State> = z.discriminatedUnion('Type', stateTypes, {
  error: 'must be one of Pass, Task, Choice, Wait, Succeed, Fail, Parallel and Map',
});

/** The fields that a state of the type may have. */
export function fieldsOf(type: unknown): string[] {
  const schema = stateTypes.find(({ shape }) => shape.Type.value === type);
  return Object.keys(schema?.shape ?? {}).filter((field) => !(field in refused));
}

const states = z
  .record(z.string(), state)
  .refine((all) => Object.keys(all).length > 0, { error: 'must contain at least one state' });

export const definitionSchema = z.strictObject({
  Comment: z.string().optional(),
  QueryLanguage: z.literal(['JSONata', 'JSONPath']).optional(),
  Version: z.literal('1.0', { error: 'must be "1.0"' }).optional(),
  TimeoutSeconds: z.number().int().min(1).max(maximumSeconds).optional(),
  StartAt: z.string(),
  States: states,
});
