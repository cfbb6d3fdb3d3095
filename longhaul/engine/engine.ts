import { getCompileCacheDir } from 'node:module';
import path from 'node:path';
import { backgroundClock } from '../asl/clock.ts';
import { announce, type RunningEngine } from './announcement.ts';
import { ContentCache } from './content-cache.ts';
import { CACHE_FILE, DATA_DIRECTORY, privateDirectory } from './data-directory.ts';
import { openDatabase } from './database.ts';
import { CONTAINER_HOST, startEndpoint } from './endpoint/index.ts';
import { LaunchNews, newsOfStatus } from './execution-news.ts';
import { type ContainerSpec, Fleet, type Interruption, sayWhatIsLacking } from './fleet/index.ts';
import { Functions, sdkDestinations } from './functions/index.ts';
import { startHttpApi } from './http-api/index.ts';
import { integrations } from './integrations/index.ts';
import { startLoadBalancer } from './load-balancer/index.ts';
import { moveOldData } from './old-data.ts';
import type { EngineOptions } from './options.ts';
import { provision } from './provision.ts';
import { guard, machineKeys, principalsOf } from './rights/index.ts';
import { samLocalVariables } from './sam-local.ts';
import { Batch, batchService } from './services/batch/index.ts';
import { cloudFormationService } from './services/cloudformation/index.ts';
import { controlService } from './services/control/index.ts';
import { DynamoDbOnDemand, dynamoDbServices, tableStreams } from './services/dynamodb/index.ts';
import { Ecs, ecsService } from './services/ecs/index.ts';
import { bucketsWithEvents, EventBuses, eventsService, executionEvent, objectEvent } from './services/events/index.ts';
import { issuerService } from './services/issuer/index.ts';
import { Kinesis, kinesisService, kinesisStreams } from './services/kinesis/index.ts';
import { lambdaService } from './services/lambda/index.ts';
import { declaredSubscriptions, LogStore, logsService, Subscriptions } from './services/logs/index.ts';
import { RecordLog } from './services/record-log/index.ts';
import { ObjectStore, s3Service } from './services/s3/index.ts';
import { schedulerService } from './services/scheduler/index.ts';
import { createSecrets, SecretStore, secretsManagerService } from './services/secrets-manager/index.ts';
import { StateMachines, statesService } from './services/states/index.ts';
import { type Sources, startSources } from './sources/index.ts';
import { messagingSources } from './sources/messaging.ts';
import { startStreamSources } from './sources/streams/index.ts';
import { loadStacks } from './stacks.ts';
import { stateMachinesOf } from './state-machines.ts';
import { localParameters, type Stack, type TemplateWarning } from './template/index.ts';
import { unsupported } from './unsupported.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A running engine; `new S3Client(engine.aws)` is a client of it. */
export interface Engine extends RunningEngine {
  /** Under the keys of the template's `Outputs`; also in `outputs.json` of the data directory. */
  outputs: Record<string, string>;
  /** The app's stack. Its resources and nested outputs include those of the stacks beside it. */
  stack: Stack;
  /** What the engine does not run of this template. */
  warnings: TemplateWarning[];
  /** How many executions were running when the engine ended last, and go on now. */
  continued: number;
  /** What runs the containers: `fleet.running()`, `fleet.capacity.set('spot', 'unavailable')`. */
  fleet: Fleet;
  /**
   * Takes away the Spot capacity of an execution's container: with SIGTERM now and SIGKILL after the stop timeout, as a rule.
   * @throws Error when it has no running container, or one on demand
   */
  interrupt(executionId: string, how?: Interruption): Promise<void>;
  /** Sends the event of a schedule now, by its name, its ARN, or its place in the template: `Daily/ScheduleTriggerDue`. */
  fire: Sources['fire'];
  /** Stops everything; executions continue at the next start. */
  close(): Promise<void>;
}

/**
 * Boots everything that the template declares, on loopback.
 *
 * @throws Error that says what to do: a port in use, a data directory in use, a template that cannot be read
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await boot(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function boot(options: EngineOptions, closers: (() => unknown)[], close: () => Promise<void>): Promise<Engine> {
  const { onNotice = () => {}, onExecution = () => {}, bytesPerSecond, longestStopTimeoutSeconds } = options;
  const { minimumTimeoutSeconds, stateTimeLimitSeconds, functionRetrySeconds = [60, 120] } = options;
  const projectDirectory = path.resolve(options.projectDirectory ?? '.');
  const dataDirectory = path.resolve(options.dataDirectory ?? path.join(projectDirectory, DATA_DIRECTORY));
  const templateFile = options.template ?? path.join(projectDirectory, 'template.yaml');
  moveOldData(dataDirectory, onNotice);
  privateDirectory(dataDirectory);

  const db = openDatabase(path.join(dataDirectory, 'engine.sqlite'));
  closers.push(() => db.close());
  const logs = new LogStore(db);
  const objects = new ObjectStore({ db, directory: path.join(dataDirectory, 'objects'), bytesPerSecond });
  const secrets = new SecretStore(path.join(dataDirectory, 'secrets.json'));

  // Physical ids hold the ports, so both servers listen before the template is read.
  const endpoint = await startEndpoint({ port: options.port ?? 4566, services: [] });
  closers.push(() => endpoint.close());
  let containerUrl = `http://${CONTAINER_HOST}:${endpoint.port}`;
  if (options.listen !== undefined) {
    containerUrl = await endpoint.alsoListen(options.listen);
    onNotice(
      `Also listening on ${containerUrl}, for containers. Everyone who can reach this address can use the engine: ` +
        'read its data, and run jobs on this machine.',
    );
  }
  const aws = { endpoint: endpoint.url, region: REGION, credentials: CREDENTIALS };
  const api = await startHttpApi({ port: options.apiPort ?? 3000, onNotice });
  closers.push(() => api.close());
  const balancer = await startLoadBalancer(onNotice);
  closers.push(() => balancer.close());

  const deployment = {
    stackName: 'longhaul',
    region: REGION,
    accountId: ACCOUNT,
    endpoint: endpoint.url,
    apiUrl: api.url,
    balancerAddress: balancer.address,
    parameters: { ...localParameters(projectDirectory), ...options.parameters },
  };
  const cache = new ContentCache(path.join(projectDirectory, CACHE_FILE));
  const { stack, warnings } = loadStacks(templateFile, deployment, options.stacks ?? {}, cache);
  const { resources } = stack;
  const definedMachines = await stateMachinesOf(resources, endpoint.url, cache);
  const environment = {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ''}`,
    ...compileCache(),
  };

  const log = new RecordLog(db, backgroundClock);
  const tables = resources.filter(({ type }) => type === 'AWS::DynamoDB::Table');
  const tablesDirectory = path.join(dataDirectory, 'tables');
  const dynamoDb = new DynamoDbOnDemand({ db, log, clock: backgroundClock, directory: tablesDirectory, tables });
  closers.push(() => dynamoDb.close());
  await dynamoDb.start();
  const kinesis = new Kinesis({ db, log, clock: backgroundClock });
  const launches = new LaunchNews();
  const onLaunch = (spec: ContainerSpec) => {
    const news = launches.of(spec);
    if (news) onExecution(news);
  };
  const fleet = new Fleet({ db, logs, environment, longestStopTimeoutSeconds, onLaunch });
  const batch = new Batch({ db, fleet, resources, cache, minimumTimeoutSeconds, stateTimeLimitSeconds });
  const ecs = new Ecs({ db, fleet, resources, cache });
  cache.save();
  const retryDelays = functionRetrySeconds.map((seconds) => seconds * 1000);
  const functions = new Functions({ db, logs, environment, resources, projectDirectory, retryDelays, onNotice });
  const messages = { dataDirectory: path.join(dataDirectory, 'messages'), url: endpoint.url };
  const messaging = messagingSources({ ...messages, resources, functions, onNotice });
  closers.push(() => messaging.close());
  const subscriptions = new Subscriptions({ db, store: logs, functions, onNotice });
  subscriptions.declare(declaredSubscriptions(resources));
  const events = new EventBuses({ db, resources, onNotice });
  const machines = new StateMachines({
    db,
    machines: definedMachines,
    run: integrations({ aws, accessKeyOf: machineKeys(resources), batch, ecs }),
    clock: backgroundClock,
    onStatusChange(execution) {
      events.emit('default', executionEvent(execution));
      if (execution.status !== 'RUNNING') launches.forget(execution.name);
      onExecution(newsOfStatus(execution));
    },
  });
  // In reverse: what starts executions, the executions (which would take the end of their containers for an answer), then those.
  closers.push(
    () => fleet.close(),
    () => functions.close(),
    () => machines.close(),
  );
  provision(resources, { objects, kinesis, logs });
  createSecrets(resources, secrets);
  const sources = startSources({ db, objectStore: objects, functions, resources, onNotice });
  closers.push(() => sources.close());
  closers.push(() => subscriptions.close());
  const announced = bucketsWithEvents(resources);
  objects.onEvent((event) => void (announced.has(event.bucket) && events.emit('default', objectEvent(event))));

  for (const service of [
    controlService({ fleet, fire: (schedule) => sources.fire(schedule) }),
    s3Service(objects),
    ...messaging.services,
    ...dynamoDbServices(dynamoDb),
    kinesisService(kinesis),
    logsService(logs, subscriptions),
    statesService(machines),
    batchService(batch),
    ecsService(ecs),
    lambdaService(functions),
    schedulerService(sources.scheduler),
    secretsManagerService(secrets),
    cloudFormationService(stack, deployment),
    issuerService({ resources, keyFile: path.join(dataDirectory, 'issuer-key.json') }),
    eventsService(events),
  ]) {
    endpoint.mount(service);
  }
  endpoint.protect(guard({ principals: principalsOf(resources), strict: options.strict ?? false, onNotice }));
  api.serve(resources, functions);
  const balancing = balancer.serve(resources, functions);
  functions.start();
  closers.push(() => messaging.stopReading());
  const recordStreams = startStreamSources({
    db,
    resources,
    functions,
    streams: { DynamoDB: tableStreams(dynamoDb.streams), Kinesis: kinesisStreams(kinesis) },
    destinations: sdkDestinations(environment),
    onNotice,
  });
  closers.push(() => recordStreams.close());
  subscriptions.flush();
  events.start({ functions, machines, aws });
  closers.push(() => events.close());
  const running = { url: endpoint.url, apiUrl: api.url, aws };
  const functionVariables = samLocalVariables(functions.definitions.values(), { url: endpoint.url, containerUrl });
  closers.push(announce(dataDirectory, running, { outputs: stack.outputs, nested: stack.nested, functionVariables }));

  const looking = new AbortController();
  closers.push(() => looking.abort());
  sayWhatIsLacking([...batch.definitions.jobDefinitions, ...ecs.definitions.taskDefinitions], environment.PATH, {
    onNotice,
    signal: looking.signal,
  });
  messaging.start();
  const continued = machines.resume().length;
  return {
    ...running,
    outputs: stack.outputs,
    stack,
    warnings: [
      ...warnings,
      ...batch.definitions.warnings,
      ...ecs.definitions.warnings,
      ...balancing,
      ...unsupported(resources),
    ],
    continued,
    fleet,
    interrupt: (executionId, how) => fleet.interrupt(executionId, how),
    fire: (scheduleName) => sources.fire(scheduleName),
    close,
  };
}

/** For functions and jobs in Node.js: the directory under which this process caches what Node.js compiled, if it does. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const ofThisVersion = getCompileCacheDir();
  return ofThisVersion === undefined ? {} : { NODE_COMPILE_CACHE: path.dirname(ofThisVersion) };
}
