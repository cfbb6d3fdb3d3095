import type { HistoryEvent } from '@aws-sdk/client-sfn';

export interface TimelineRow {
  /** Seconds since the execution began. */
  at: number;
  what: string;
  /** Of what this row began, in seconds, where it has ended. */
  seconds?: number;
}

/** What a person wants to know of an execution's history: its states, each launch of the container, and how it ended. */
export function timeline(events: HistoryEvent[]): TimelineRow[] {
  const begin = time(events[0]);
  const rows: TimelineRow[] = [];
  let launch: TimelineRow | undefined;
  for (const event of events) {
    const at = (time(event) - begin) / 1000;
    const entered = event.stateEnteredEventDetails?.name;
    if (entered) rows.push({ at, what: `state ${entered}` });
    if (event.taskScheduledEventDetails?.resource?.endsWith('.sync')) {
      launch = { at, what: `  container: ${launchText(event.taskScheduledEventDetails.parameters ?? '{}')}` };
      rows.push(launch);
    }
    const failed = event.taskFailedEventDetails;
    if (launch && (failed || event.taskSucceededEventDetails)) {
      launch.seconds = at - launch.at;
      if (failed) rows.push({ at, what: `  ended: ${endText(failed.cause ?? failed.error ?? '')}` });
      launch = undefined;
    }
  }
  const last = events.at(-1);
  if (last) rows.push({ at: (time(last) - begin) / 1000, what: words(last.type ?? '') });
  return rows;
}

function time(event: HistoryEvent | undefined): number {
  return event?.timestamp?.getTime() ?? 0;
}

/** The environment of the launch says which attempt it was. */
function launchText(parameters: string): string {
  const environment = new Map(
    [...parameters.matchAll(/"Name":"(STP_\w+)","Value":"([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  const attempt = `attempt ${environment.get('STP_CURRENT_ATTEMPT')} of ${environment.get('STP_MAXIMUM_ATTEMPTS')}`;
  const interruptions = Number(environment.get('STP_INTERRUPTIONS'));
  return interruptions === 0
    ? attempt
    : `${attempt}, after ${interruptions} interruption${interruptions > 1 ? 's' : ''}`;
}

function endText(cause: string): string {
  try {
    const { StatusReason, StoppedReason, Container } = JSON.parse(cause);
    const exit = Container?.ExitCode === undefined ? '' : ` (exit code ${Container.ExitCode})`;
    return `${StatusReason ?? StoppedReason}${exit}`;
  } catch {
    return cause;
  }
}

/** `ExecutionSucceeded` → `execution succeeded`. */
function words(type: string): string {
  return type.replace(/(?!^)([A-Z])/g, ' $1').toLowerCase();
}
