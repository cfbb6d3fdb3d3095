import { type Action, Reply, restJsonService, type Service, ServiceError } from '../../endpoint/index.ts';
import type { Functions } from '../../functions/index.ts';
import { configurationOf } from './configuration.ts';
import { lambdaRights } from './rights.ts';

/**
 * The part of the Lambda API that runs functions and shows them. What they are is the template's affair, so nothing here
 * changes them. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
 */
export function lambdaService(functions: Functions): Service {
  const startedAt = new Date();

  const invoke: Action = async (input: { FunctionName: string; Qualifier?: string }, { headers, body, requestId }) => {
    const definition = functions.find(input.FunctionName);
    if (input.Qualifier !== undefined && input.Qualifier !== '$LATEST') {
      throw new ServiceError(
        'ResourceNotFoundException',
        `Function not found: ${definition.arn}:${input.Qualifier}`,
        404,
        {
          Type: 'User',
        },
      );
    }
    const type = String(headers['x-amz-invocation-type'] ?? 'RequestResponse');
    const clientContext = headers['x-amz-client-context'];
    switch (type) {
      case 'DryRun':
        return new Reply(204);
      case 'Event':
        await functions.invoke(definition.name, body, 'Event');
        return new Reply(202);
      case 'RequestResponse': {
        const context = clientContext && Buffer.from(String(clientContext), 'base64').toString('utf8');
        const answer = await functions.invoke(definition.name, body, 'RequestResponse', context);
        const tail = headers['x-amz-log-type'] === 'Tail';
        return new Reply(
          200,
          {
            'x-amz-executed-version': '$LATEST',
            'x-amzn-requestid': answer.requestId,
            ...(answer.functionError && { 'x-amz-function-error': answer.functionError }),
            ...(tail && { 'x-amz-log-result': Buffer.from(answer.logTail).toString('base64') }),
          },
          answer.payload,
        );
      }
      default:
        throw new ServiceError(
          'InvalidParameterValueException',
          `InvocationType "${type}" is not one of RequestResponse, Event, DryRun. (${requestId})`,
          400,
          { Type: 'User' },
        );
    }
  };

  const getFunction: Action = (input: { FunctionName: string }) => {
    const definition = functions.find(input.FunctionName);
    return {
      Configuration: configurationOf(definition, startedAt),
      Code: { RepositoryType: 'File', Location: `file://${definition.taskRoot}` },
      ...(definition.reservedConcurrency !== undefined && {
        Concurrency: { ReservedConcurrentExecutions: definition.reservedConcurrency },
      }),
    };
  };

  const getFunctionConfiguration: Action = (input: { FunctionName: string }) =>
    configurationOf(functions.find(input.FunctionName), startedAt);

  const listFunctions: Action = ({ Marker, MaxItems }: { Marker?: string; MaxItems?: string }) => {
    const all = [...functions.definitions.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
    const rest = Marker ? all.filter(({ name }) => name > Marker) : all;
    const page = rest.slice(0, Number(MaxItems ?? 50));
    return {
      Functions: page.map((definition) => configurationOf(definition, startedAt)),
      ...(page.length < rest.length && { NextMarker: page.at(-1)?.name }),
    };
  };

  const service = restJsonService('lambda', [
    ['POST', '/2015-03-31/functions/{FunctionName}/invocations', invoke, 'blob'],
    ['GET', '/2015-03-31/functions', listFunctions],
    ['GET', '/2015-03-31/functions/', listFunctions],
    ['GET', '/2015-03-31/functions/{FunctionName}', getFunction],
    ['GET', '/2015-03-31/functions/{FunctionName}/configuration', getFunctionConfiguration],
  ]);
  return { ...service, rights: lambdaRights };
}
