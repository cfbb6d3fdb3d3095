export { declaredSubscriptions } from './declared-subscriptions.ts';
export {
  type EventQuery,
  type LogEvent,
  type LogGroup,
  LogStore,
  type LogStream,
  type StoredEvent,
} from './log-store.ts';
export { logsService } from './service.ts';
export { Subscriptions } from './subscriptions.ts';
