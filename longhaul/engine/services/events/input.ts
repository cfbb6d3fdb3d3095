import type { EventBridgeEvent } from './event.ts';
import type { Target } from './rule.ts';

/**
 * The JSON text that a target gets of an event: the event itself, the rule's constant, a part of the event, or a template
 * that is filled with parts.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 *
 * @throws Error when a filled template is not JSON
 */
export function targetInput(target: Target, event: EventBridgeEvent, rule: { arn: string; name: string }): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(at(event, target.InputPath) ?? null);
  if (!target.InputTransformer) return JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer;
  const { detail: _, 'detail-type': detailType, ...rest } = event;
  const values: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(InputPathsMap).map(([name, path]) => [name, at(event, path)])),
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event': { ...rest, detailType },
    'aws.events.event.json': event,
    'aws.events.event.ingestion-time': event.time,
  };
  const filled = fill(InputTemplate, values);
  if (isLines(filled)) return filled;
  try {
    return JSON.stringify(JSON.parse(filled));
  } catch (error) {
    // A bare sentence is a legal template; what was meant to be JSON is not.
    if (/^\s*[{["]/.test(InputTemplate)) {
      throw new Error(`The input template did not give JSON: ${(error as Error).message}`);
    }
    return JSON.stringify(filled);
  }
}

/** Texts in quotation marks, one a line, are delivered as they are (recorded: see `fill`). */
function isLines(filled: string): boolean {
  const lines = filled.split('\n');
  return lines.length > 1 && lines.every((line) => /^"(\\.|[^"\\])*"$/.test(line));
}

/**
 * Between quotation marks a variable is put in as text, and nothing of it is escaped; elsewhere as JSON. One whose path leads
 * nowhere, or to null, becomes the empty text. An object or a list in a template of text loses its quotation marks; in a
 * template of JSON it keeps them, which leaves no JSON (recorded: localstack/localstack, test_events_inputs.py,
 * test_input_transformer_nested_keys_replacement and …_not_valid).
 */
function fill(template: string, values: Record<string, unknown>): string {
  let quoted = false;
  return template.replace(/\\.|"|<([A-Za-z0-9._-]+)>/gs, (whole, name: string | undefined) => {
    if (whole === '"') quoted = !quoted;
    if (name === undefined || !Object.hasOwn(values, name)) return whole;
    const value = values[name] ?? '';
    const isSentence = !/^\s*[{["]/.test(template);
    if (typeof value === 'string') return quoted || isSentence ? value : JSON.stringify(value);
    const json = JSON.stringify(value);
    return quoted && /^\s*"/.test(template) ? json.replace(/(\\.)|"/g, '$1') : json;
  });
}

/** `$`, `$.detail.state`, `$.resources[0]`. Undefined where there is nothing. */
function at(event: unknown, path: string): unknown {
  const steps = path.match(/[^.[\]$'"]+/g) ?? [];
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string, unknown>)[step]
        : undefined,
    event,
  );
}
