import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { backgroundClock } from '../../longhaul/asl/index.ts';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { EventBuses, eventsService, executionEvent } from '../../longhaul/engine/services/events/index.ts';
import { Messaging, messagingServices } from '../../longhaul/engine/services/messaging/index.ts';
import { StateMachines } from '../../longhaul/engine/services/states/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';

export const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';
export const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:worker';
export const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** Whether its execution ends at once is said by the event: `detail.seconds`. */
const definition = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Wait',
  States: { Wait: { Type: 'Wait', Seconds: '{% $states.input.detail.seconds ? 3600 : 0 %}', End: true } },
});
const machine = { arn: machineArn, name: 'machine', roleArn: 'role', creationDate: 0, definition };

/** For each test of a file: event buses with what they deliver to, a function, queues and a state machine. */
export class EventsWorld {
  db!: DatabaseSync;
  messaging!: Messaging;
  machines!: StateMachines;
  buses!: EventBuses;
  events!: EventBridgeClient;
  invoked!: { functionName: string; payload: string }[];
  notices!: string[];
  /** What the function's queue says to the next event. */
  refusal: Error | undefined;
  #directory!: string;
  #endpoint!: Endpoint;
  #sqs!: SQSClient;

  constructor() {
    beforeEach(() => this.#begin());
    afterEach(() => this.#end());
  }

  /** Opens the buses with the template's resources, as the engine does at its start. */
  open(resources: Resource[] = [], start = true): void {
    this.buses = new EventBuses({ db: this.db, resources, onNotice: (notice) => this.notices.push(notice) });
    this.machines = new StateMachines({
      db: this.db,
      machines: [machine],
      run: () => Promise.reject(new Error('no tasks')),
      clock: backgroundClock,
      onStatusChange: (execution) => this.buses.emit('default', executionEvent(execution)),
    });
    const functions = { enqueue: (name: string, payload: string | Buffer) => this.#enqueue(name, payload) };
    if (start) this.buses.start({ functions, machines: this.machines, aws: this.#aws() });
  }

  put(...Entries: PutEventsRequestEntry[]) {
    return this.events.send(new PutEventsCommand({ Entries }));
  }

  /** The next message of a queue. */
  async message(queue: string) {
    const url = this.messaging.createQueue(queue);
    return vi.waitFor(
      async () => {
        const { Messages: [one] = [] } = await this.#sqs.send(
          new ReceiveMessageCommand({ QueueUrl: url, MessageAttributeNames: ['All'] }),
        );
        expect(one).toBeDefined();
        await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: one!.ReceiptHandle }));
        return one!;
      },
      { timeout: 60_000 },
    );
  }

  /** What the function was given, when it is so many. */
  async payloads(count: number) {
    await expect.poll(() => this.invoked).toHaveLength(count);
    return this.invoked.map(({ payload }) => JSON.parse(payload));
  }

  #enqueue(functionName: string, payload: string | Buffer): string {
    if (this.refusal) throw this.refusal;
    this.invoked.push({ functionName, payload: String(payload) });
    return 'request';
  }

  #aws() {
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    return { endpoint: this.#endpoint.url, region: 'us-east-1', credentials };
  }

  async #begin(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'longhaul-events-'));
    this.db = new DatabaseSync(join(this.#directory, 'state.sqlite'));
    this.#endpoint = await startEndpoint({ port: 0, services: [] });
    const dataDirectory = join(this.#directory, 'messages');
    this.messaging = await Messaging.open({ dataDirectory, url: this.#endpoint.url });
    for (const service of messagingServices(this.messaging.handle)) this.#endpoint.mount(service);
    // Whichever engine is open.
    this.#endpoint.mount({
      signingName: 'events',
      handle: (request, response) => eventsService(this.buses).handle(request, response),
    });
    this.events = new EventBridgeClient(this.#aws());
    this.#sqs = new SQSClient(this.#aws());
    this.invoked = [];
    this.notices = [];
    this.refusal = undefined;
  }

  async #end(): Promise<void> {
    await this.buses.close();
    await this.machines.close();
    this.events.destroy();
    this.#sqs.destroy();
    await this.messaging.close();
    await this.#endpoint.close();
    this.db.close();
    await rm(this.#directory, { recursive: true });
  }
}

export function resource(
  type: string,
  logicalId: string,
  properties: object,
  attributes: Record<string, string> = {},
): Resource {
  const ref = attributes.ref ?? logicalId;
  return { logicalId, path: logicalId, type, properties, metadata: {}, ref, attributes, templateFile: 'template.yaml' };
}
export const rule = (EventPattern: object, target: object, more: object = {}) =>
  resource('AWS::Events::Rule', 'Rule', { EventPattern, Targets: [{ Id: 'one', ...target }], ...more });

export const order = (detail: object = { total: 7 }): PutEventsRequestEntry => ({
  Source: 'shop',
  DetailType: 'Order',
  Detail: JSON.stringify(detail),
});
