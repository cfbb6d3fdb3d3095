/** The object is no CSV that can be profiled: trying again will not help. The message is a sentence for the person who uploaded it. */
export class NotCsvError extends Error {
  override readonly name = 'NotCsvError';
}
