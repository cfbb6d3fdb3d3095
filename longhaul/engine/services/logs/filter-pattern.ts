import { invalid } from './errors.ts';

/**
 * Of CloudWatch Logs' filter patterns, the plain terms: every word and every "quoted phrase" must be in the message, in
 * that case. An empty pattern fits everything.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 *
 * @throws InvalidParameterException for the other kinds: JSON `{ … }`, columns `[ … ]`, `%regex%`, `?optional`, `-excluded`
 */
export function parseFilterPattern(pattern: string): (message: string) => boolean {
  const other = /^\s*[{[]|(^|\s)[-?%]/.exec(pattern.replace(/"(\\.|[^"\\])*"/g, '""'));
  if (other) {
    throw invalid(
      `Invalid filter pattern ${JSON.stringify(pattern)}: the local CloudWatch Logs takes plain terms and "quoted phrases", ` +
        'not { JSON }, [columns], %regex%, ?optional or -excluded terms.',
    );
  }
  const terms = [...pattern.matchAll(/"((?:\\.|[^"\\])*)"|([^\s"]+)|(")/g)].map(([, phrase, word, stray]) => {
    if (stray) throw invalid(`Invalid filter pattern ${JSON.stringify(pattern)}: a quotation mark is not closed.`);
    return phrase?.replace(/\\(.)/g, '$1') ?? word ?? '';
  });
  return (message) => terms.every((term) => message.includes(term));
}
