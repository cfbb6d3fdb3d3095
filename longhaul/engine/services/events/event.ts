import { randomUUID } from 'node:crypto';

/** An event as EventBridge delivers it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
export interface EventBridgeEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** To the second: `2026-01-02T03:04:05Z`. */
  time: string;
  region: string;
  resources: string[];
  detail: object;
}

/** What an event says of itself; the bus adds the rest. */
export interface Occurrence {
  source: string;
  detailType: string;
  detail: object;
  resources?: string[] | undefined;
  /** Milliseconds since the epoch. */
  time: number;
}

export function eventOf({ source, detailType, detail, resources = [], time }: Occurrence): EventBridgeEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: '000000000000',
    time: new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: 'us-east-1',
    resources,
    detail,
  };
}
