/** What other tools call our commands. */
const OTHER_NAMES: Record<string, readonly string[]> = {
  run: ['exec', 'invoke', 'submit', 'trigger', 'launch'],
  new: ['add', 'create', 'generate', 'init'],
  list: ['executions', 'history', 'ls', 'ps', 'runs'],
  show: ['describe', 'get', 'inspect', 'status', 'view'],
  logs: ['follow', 'log', 'tail'],
  stop: ['abort', 'cancel', 'delete', 'kill', 'rm', 'terminate'],
  resume: ['continue', 'rerun', 'restart', 'retry'],
  'dead-letters': ['dlq', 'deadletters', 'failed'],
  start: ['dev', 'engine', 'local', 'serve', 'up'],
};

/** The command for a name that another tool has for it: `list` for `ps`. */
export const commandFor = (name: string): string | undefined =>
  Object.keys(OTHER_NAMES).find((command) => OTHER_NAMES[command]?.includes(name));
