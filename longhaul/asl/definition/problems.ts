/** A definition that cannot be run, with everything that was found wrong in it. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  readonly problems: string[];
  constructor(problems: string[]) {
    super(
      problems.length === 1
        ? `The definition is not valid: ${problems[0]}`
        : `The definition is not valid:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Stops the check where going on would only repeat what is known to be wrong. */
export function refuse(problems: string[]): void {
  if (problems.length > 0) throw new DefinitionError(problems);
}
