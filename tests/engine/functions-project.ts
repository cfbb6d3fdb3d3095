import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Functions, type FunctionsOptions } from '../../longhaul/engine/functions/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';

/** A project in a temporary folder, with the functions that a test writes into it. */
export interface Project {
  directory: string;
  db: DatabaseSync;
  /** Every log event, as `{ group, stream, message }`. */
  logs: { group: string; stream: string; message: string }[];
  notices: string[];
  write(file: string, source: string): Promise<void>;
  function(name: string, source: string, properties?: object): Promise<Resource>;
  start(resources: Resource[], options?: Partial<FunctionsOptions>): Functions;
  remove(): Promise<void>;
}

export async function project(): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'longhaul-functions-'));
  const db = new DatabaseSync(join(directory, 'state.sqlite'));
  const started: Functions[] = [];
  const self: Project = {
    directory,
    db,
    logs: [],
    notices: [],
    async write(file, source) {
      await mkdir(dirname(join(directory, file)), { recursive: true });
      await writeFile(join(directory, file), source);
    },
    /** `source` becomes `NAME.ts`, whose `handler` is the function's. */
    async function(name, source, properties = {}) {
      await self.write(`${name}.ts`, source);
      return resource(directory, name, { Handler: `${name}.handler`, ...properties });
    },
    start(resources, options = {}) {
      const functions = new Functions({
        resources,
        projectDirectory: directory,
        db,
        environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
        logs: {
          append: (group, stream, events) =>
            void self.logs.push(...events.map(({ message }) => ({ group, stream, message }))),
        },
        onNotice: (message) => void self.notices.push(message),
        watch: false,
        ...options,
      });
      started.push(functions);
      functions.start();
      return functions;
    },
    async remove() {
      await Promise.all(started.map((functions) => functions.close()));
      db.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return self;
}

export function resource(directory: string, name: string, properties: object, metadata: object = {}): Resource {
  return {
    logicalId: name,
    path: name,
    type: 'AWS::Serverless::Function',
    properties: { Runtime: 'nodejs24.x', CodeUri: '.', Timeout: 30, ...properties },
    metadata,
    ref: name,
    attributes: { Arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}` },
    templateFile: join(directory, 'template.yaml'),
  };
}

/** The answer's payload as a value. */
export function answered(answer: { payload: Buffer }) {
  return JSON.parse(answer.payload.toString('utf8'));
}
