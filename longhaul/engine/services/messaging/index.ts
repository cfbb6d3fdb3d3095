export type { Notification } from './function-subscriptions.ts';
export { Messaging, type MessagingOptions, messagingServices } from './messaging.ts';
export { MessagingOnDemand } from './on-demand.ts';
export type { QueueReader, ReadMessage } from './queue-reader.ts';
