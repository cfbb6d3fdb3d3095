import type { Deployment } from '../model.ts';
import { type Identified, type IdentityTable, nameOf, seedOf } from './identity.ts';
import { stableCharacters } from './names.ts';

const lowerAlphanumeric = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `a1b2c3d4e5`: ten characters for an API, seven for what is in it. */
function apiGatewayId(resource: Identified, deployment: Deployment, length: number): string {
  return stableCharacters(seedOf(resource, deployment), length, lowerAlphanumeric);
}

/** `ApiEndpoint` is where the engine serves the API. */
function httpApi(resource: Identified, deployment: Deployment) {
  const ApiId = apiGatewayId(resource, deployment, 10);
  return { ref: ApiId, attributes: { ApiId, ApiEndpoint: deployment.apiUrl } };
}

function partOfApi(attribute: string) {
  return (resource: Identified, deployment: Deployment) => {
    const ref = apiGatewayId(resource, deployment, 7);
    return { ref, attributes: { [attribute]: ref } };
  };
}

/** API Gateway's HTTP APIs. */
export const api: IdentityTable = {
  'AWS::Serverless::HttpApi': httpApi,
  'AWS::ApiGatewayV2::Api': httpApi,
  /** `Ref` is the stage's name. */
  'AWS::ApiGatewayV2::Stage': (resource, deployment) => ({
    ref: nameOf(resource, deployment, 'StageName', 128),
    attributes: { Id: apiGatewayId(resource, deployment, 7) },
  }),
  'AWS::ApiGatewayV2::Route': partOfApi('RouteId'),
  'AWS::ApiGatewayV2::Integration': partOfApi('IntegrationId'),
  'AWS::ApiGatewayV2::Authorizer': partOfApi('AuthorizerId'),
  'AWS::ApiGatewayV2::Deployment': partOfApi('DeploymentId'),
};
