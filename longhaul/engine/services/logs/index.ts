export {
  type EventQuery,
  type LogEvent,
  type LogGroup,
  type LogListener,
  LogStore,
  type LogStream,
  type StoredEvent,
} from './log-store.ts';
export { logsService } from './service.ts';
