import type { Deployment } from '../model.ts';
import { type Identified, type IdentityTable, nameOf, plainId, seedOf, text } from './identity.ts';
import { arn, generatedName, shortened, stableHex, stableUuid } from './names.ts';

/** Lambda and Step Functions. A function has at most 64 characters in its name. */
const longestFunctionName = 64;

/** `longhaul-S3Trigger`: without a random part, so that it can be typed. */
function serverlessFunctionName(resource: Identified, { stackName }: Deployment): string {
  const { logicalId } = resource;
  const whole = shortened(stackName, logicalId, Number.POSITIVE_INFINITY);
  const name = whole.length <= longestFunctionName ? whole : generatedName(stackName, logicalId, longestFunctionName);
  return text(resource, 'FunctionName') ?? name;
}

function functionArn(nameOrArn: string, deployment: Deployment): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arn(deployment, 'lambda', `function:${nameOrArn}`);
}

/** SAM's `Name`, CloudFormation's `StateMachineName`. `Ref` is the ARN. */
function stateMachine(nameProperty: string) {
  return (resource: Identified, deployment: Deployment) => {
    const Name = nameOf(resource, deployment, nameProperty, 80);
    const Arn = arn(deployment, 'states', `stateMachine:${Name}`);
    const StateMachineRevisionId = stableUuid(seedOf(resource, deployment));
    return { ref: Arn, attributes: { Arn, Name, StateMachineRevisionId } };
  };
}

function layerVersion(nameProperty: string) {
  return (resource: Identified, deployment: Deployment) => {
    const name = nameOf(resource, deployment, nameProperty, 140);
    const LayerVersionArn = arn(deployment, 'lambda', `layer:${name}:1`);
    return { ref: LayerVersionArn, attributes: { LayerVersionArn } };
  };
}

export const functions: IdentityTable = {
  'AWS::Serverless::Function': (resource, deployment) => {
    const name = serverlessFunctionName(resource, deployment);
    return { ref: name, attributes: { Arn: functionArn(name, deployment) } };
  },
  'AWS::Lambda::Function': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'FunctionName', longestFunctionName);
    return { ref: name, attributes: { Arn: functionArn(name, deployment) } };
  },
  'AWS::Lambda::Permission': plainId('Id'),
  'AWS::Lambda::EventInvokeConfig': plainId(),
  'AWS::Lambda::EventSourceMapping': (resource, deployment) => {
    const Id = stableUuid(seedOf(resource, deployment));
    const EventSourceMappingArn = arn(deployment, 'lambda', `event-source-mapping:${Id}`);
    return { ref: Id, attributes: { Id, EventSourceMappingArn } };
  },
  'AWS::Lambda::Url': (resource, deployment) => {
    const FunctionArn = functionArn(text(resource, 'TargetFunctionArn') ?? '', deployment);
    const id = stableHex(seedOf(resource, deployment), 32);
    const FunctionUrl = `https://${id}.lambda-url.${deployment.region}.on.aws/`;
    return { ref: FunctionArn, attributes: { FunctionArn, FunctionUrl } };
  },
  'AWS::Lambda::Version': (resource, deployment) => {
    const FunctionArn = `${functionArn(text(resource, 'FunctionName') ?? '', deployment)}:1`;
    return { ref: FunctionArn, attributes: { FunctionArn, Version: '1' } };
  },
  'AWS::Lambda::Alias': (resource, deployment) => {
    const AliasArn = `${functionArn(text(resource, 'FunctionName') ?? '', deployment)}:${text(resource, 'Name')}`;
    return { ref: AliasArn, attributes: { AliasArn } };
  },
  'AWS::Lambda::LayerVersion': layerVersion('LayerName'),
  'AWS::Serverless::LayerVersion': layerVersion('LayerName'),
  'AWS::Serverless::StateMachine': stateMachine('Name'),
  'AWS::StepFunctions::StateMachine': stateMachine('StateMachineName'),
  'AWS::Serverless::SimpleTable': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'TableName', 255);
    return { ref: name, attributes: { Arn: arn(deployment, 'dynamodb', `table/${name}`) } };
  },
};
