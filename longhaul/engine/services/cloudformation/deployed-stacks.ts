import type { Deployment, Stack } from '../../template/index.ts';
import { stackId } from '../../template/index.ts';

/** A stack as CloudFormation lists it: those of the engine, and those nested in them. */
export interface DeployedStack {
  name: string;
  /** ARN. */
  id: string;
  /** Of the stack that it is nested in. */
  parentId?: string;
  outputs: Record<string, string>;
  resources: { logicalId: string; physicalId: string; type: string }[];
}

/** What SAM makes of its own types. https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html */
const TRANSFORMED: Record<string, string> = {
  'AWS::Serverless::Application': 'AWS::CloudFormation::Stack',
  'AWS::Serverless::Api': 'AWS::ApiGateway::RestApi',
  'AWS::Serverless::Function': 'AWS::Lambda::Function',
  'AWS::Serverless::HttpApi': 'AWS::ApiGatewayV2::Api',
  'AWS::Serverless::LayerVersion': 'AWS::Lambda::LayerVersion',
  'AWS::Serverless::SimpleTable': 'AWS::DynamoDB::Table',
  'AWS::Serverless::StateMachine': 'AWS::StepFunctions::StateMachine',
};

/** The app's stack first, then the others in the order of their paths. */
export function deployedStacks(stack: Stack, deployment: Deployment): DeployedStack[] {
  const root = stackId(deployment);
  const ids = new Map<string, string>([['', root]]);
  const paths = Object.keys(stack.nested).sort();
  for (const path of paths) {
    // A stack beside the app's has no resource that nests it: its path is its name.
    const nesting = stack.resources.find((resource) => resource.path === path);
    ids.set(path, nesting?.ref ?? stackId({ ...deployment, stackName: path }));
  }
  return ['', ...paths].map((path) => {
    const id = ids.get(path) as string;
    const isNested = stack.resources.some((resource) => resource.path === path);
    const parentId = isNested ? ids.get(path.slice(0, Math.max(path.lastIndexOf('/'), 0))) : undefined;
    return {
      name: nameIn(id),
      id,
      ...(parentId && { parentId }),
      outputs: path === '' ? stack.outputs : (stack.nested[path] ?? {}),
      resources: resourcesAt(stack, path === '' ? '' : `${path}/`),
    };
  });
}

function resourcesAt(stack: Stack, prefix: string): DeployedStack['resources'] {
  return stack.resources
    .filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
    .map(({ logicalId, ref, type }) => ({ logicalId, physicalId: ref, type: TRANSFORMED[type] ?? type }));
}

/** `arn:…:stack/longhaul-Queue-1A2B3C4D5E6F/<uuid>` */
function nameIn(id: string): string {
  return id.split('/')[1] ?? id;
}
