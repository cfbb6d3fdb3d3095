import { isAbsolute, relative } from 'node:path';

/** Where a value stands in its file; line and column count from 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

const positions = new WeakMap<object, Position>();

/** Remembers where a map or list of the template stands. */
export function place<T extends object>(value: T, position: Position | undefined): T {
  if (position) positions.set(value, position);
  return value;
}

export function positionOf(value: unknown): Position | undefined {
  return typeof value === 'object' && value !== null ? positions.get(value) : undefined;
}

/**
 * What is wrong with a template, its parameters or samconfig.toml. The message begins with `file:line:column` as far as
 * they are known, `problem` is the rest.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly problem: string;
  readonly position: Partial<Position> | undefined;
  constructor(problem: string, position?: Partial<Position>) {
    super(position?.file ? `${shownPosition(position)}: ${problem}` : problem);
    this.problem = problem;
    this.position = position;
  }
}

/** Runs `work`; an error that does not say yet where it happened is given the position of `value`. */
export function located<T>(value: unknown, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const position = positionOf(value);
    if (!(error instanceof TemplateError) || error.position || !position) throw error;
    throw new TemplateError(error.problem, position);
  }
}

function shownPosition({ file = '', line, column }: Partial<Position>): string {
  return [shownPath(file), line, column].filter((part) => part !== undefined).join(':');
}

/** A path as a person would type it: relative to the working directory when it is below that. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path === '' || path.startsWith('..') || isAbsolute(path) ? file : path;
}
