import { join } from 'node:path';
import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import { type HttpApi, startHttpApi } from '../../longhaul/engine/http-api/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';
import { type Project, project } from './functions-project.ts';

/** A project whose functions stand behind an HTTP API. */
export interface ApiProject extends Project {
  /** A function behind routes of the API: `GET /jobs`, `$default`. */
  routed(name: string, source: string, routes: string[], properties?: object, event?: object): Promise<Resource>;
  /** Starts an API of these settings with these functions. `others` holds more APIs on the same port, by their id. */
  serve(functions: Resource[], settings?: object, others?: Record<string, object>): Promise<HttpApi>;
}

const API_ID = 'a1b2c3d4e5';

/** A function that answers with its event. */
export const ECHO = 'export const handler = async (event: object) => event;';

export async function apiProject(): Promise<ApiProject> {
  const app = await project();
  const apis: HttpApi[] = [];
  return {
    ...app,
    async routed(name, source, routes, properties = {}, event = {}) {
      const Events = Object.fromEntries(
        routes.map((route, index) => {
          const [Method, Path] = route.split(' ');
          const whole = route === '$default' ? {} : { Method, Path };
          return [`Route${index}`, { Type: 'HttpApi', Properties: { ApiId: API_ID, ...whole, ...event } }];
        }),
      );
      return app.function(name, source, { ...properties, Events });
    },
    async serve(functions, settings = {}, others = {}) {
      const api = await startHttpApi({ port: 0, onNotice: (text) => void app.notices.push(text) });
      apis.push(api);
      const resources = Object.entries({ [API_ID]: settings, ...others }).map(
        ([ref, properties]): Resource => ({
          logicalId: 'Api',
          path: 'Api',
          type: 'AWS::Serverless::HttpApi',
          properties,
          metadata: {},
          ref,
          attributes: {},
          templateFile: join(app.directory, 'template.yaml'),
        }),
      );
      api.serve([...resources, ...functions], app.start(functions));
      return api;
    },
    async remove() {
      await Promise.all(apis.map((api) => api.close()));
      await app.remove();
    },
  };
}

/** What the function got, when it answers with its event. */
export async function eventOf(response: Response): Promise<APIGatewayProxyEventV2WithIAMAuthorizer> {
  return JSON.parse(await response.text());
}
