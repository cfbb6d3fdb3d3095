import type { Declaration } from './sections.ts';
import { isMap, type ValueMap } from './value.ts';

/**
 * The logical id of the HTTP API that SAM makes when a function's HttpApi event names none. `Globals.HttpApi` applies to it.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 */
const implicitHttpApi = 'ServerlessHttpApi';

/** Adds the API that functions rely on without declaring it. It is there when one of those functions is. */
export function withImplicitApi(
  resources: Record<string, Declaration>,
  isPresent: (resource: Declaration) => boolean,
): Record<string, Declaration> {
  const user = Object.values(resources).find((resource) => usesImplicitApi(resource) && isPresent(resource));
  if (!user || resources[implicitHttpApi]) return resources;
  return { ...resources, [implicitHttpApi]: generated('AWS::Serverless::HttpApi', {}, user) };
}

function usesImplicitApi({ type, properties }: Declaration): boolean {
  if (type !== 'AWS::Serverless::Function' || !isMap(properties.Events)) return false;
  return Object.values(properties.Events).some(
    (event) => isMap(event) && event.Type === 'HttpApi' && !(isMap(event.Properties) && event.Properties.ApiId),
  );
}

/**
 * What SAM makes beside a function or a state machine and a template may refer to: its role (`TriggerRole`) and its URL
 * (`TriggerUrl`). By logical id.
 */
export function companions(resources: Record<string, Declaration>): Record<string, Declaration> {
  const made: Record<string, Declaration> = {};
  for (const [name, resource] of Object.entries(resources)) {
    const { type, properties } = resource;
    const hasRole = type === 'AWS::Serverless::Function' || type === 'AWS::Serverless::StateMachine';
    if (hasRole && properties.Role === undefined) {
      const path: ValueMap = properties.RolePath === undefined ? {} : { Path: properties.RolePath };
      made[`${name}Role`] = generated('AWS::IAM::Role', path, resource);
    }
    if (type === 'AWS::Serverless::Function' && properties.FunctionUrlConfig !== undefined) {
      const target = { TargetFunctionArn: { 'Fn::GetAtt': [name, 'Arn'] } };
      made[`${name}Url`] = generated('AWS::Lambda::Url', target, resource);
    }
  }
  return made;
}

/**
 * Adds the rules that SAM makes of events of a function or a state machine: `TriggerCreated` for the event `Created` of `Trigger`.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventbridgerule.html
 */
export function withEventRules(resources: Record<string, Declaration>): Record<string, Declaration> {
  const rules: Record<string, Declaration> = {};
  for (const [name, resource] of Object.entries(resources)) {
    const { type, properties } = resource;
    const isFunction = type === 'AWS::Serverless::Function';
    if ((!isFunction && type !== 'AWS::Serverless::StateMachine') || !isMap(properties.Events)) continue;
    const Arn = isFunction ? { 'Fn::GetAtt': [name, 'Arn'] } : { Ref: name };
    for (const [event, declared] of Object.entries(properties.Events)) {
      if (!isMap(declared) || (declared.Type !== 'EventBridgeRule' && declared.Type !== 'CloudWatchEvent')) continue;
      const { RuleName, Pattern, EventBusName, State, Enabled, Description, Target, ...target } = isMap(
        declared.Properties,
      )
        ? declared.Properties
        : {};
      const Id = (isMap(Target) ? Target.Id : undefined) ?? `${name}${event}LambdaTarget`;
      const rule = {
        Name: RuleName,
        EventPattern: Pattern ?? {},
        EventBusName,
        State: State ?? (Enabled === false ? 'DISABLED' : undefined),
        Description,
        Targets: [{ ...target, Id, Arn }],
      };
      const given = Object.entries(rule).filter(([, value]) => value !== undefined);
      rules[`${name}${event}`] = generated('AWS::Events::Rule', Object.fromEntries(given) as ValueMap, resource);
    }
  }
  return { ...resources, ...rules };
}

/** Under the condition of the resource that it is made for. */
function generated(type: string, properties: ValueMap, { condition, source }: Declaration): Declaration {
  return { type, properties, metadata: {}, dependsOn: [], condition, ignoreGlobals: undefined, source };
}
