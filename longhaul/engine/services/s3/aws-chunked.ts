import { s3Error } from './errors.ts';

const lineLimit = 16 * 1024;

/**
 * Decodes `aws-chunked`, the SDKs' own framing inside the HTTP body: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`
 * repeated, a chunk of size 0, then trailers (`x-amz-checksum-crc32:…`) and an empty line. Chunk signatures are not
 * checked, as no signature is; the checksum in the trailer is, by whoever reads `trailers` afterwards.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * @throws IncompleteBody when the framing ends too early or is not a framing at all
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  let state: 'size' | 'data' | 'data-end' | 'trailer' | 'end' = 'size';
  let left = 0;
  let line = '';

  for await (const chunk of source) {
    let offset = 0;
    while (offset < chunk.length && state !== 'end') {
      if (state === 'data') {
        const piece = chunk.subarray(offset, offset + left);
        offset += piece.length;
        left -= piece.length;
        if (left === 0) state = 'data-end';
        yield piece;
        continue;
      }
      const newline = chunk.indexOf(10, offset);
      const stop = newline < 0 ? chunk.length : newline;
      line += chunk.toString('latin1', offset, stop);
      if (line.length > lineLimit) throw incomplete('a line of the aws-chunked framing is too long');
      offset = stop + 1;
      if (newline < 0) continue;
      const text = line.replace(/\r$/, '');
      line = '';
      if (state === 'data-end') {
        if (text !== '') throw incomplete('a chunk is longer than it says');
        state = 'size';
      } else if (state === 'size') {
        left = chunkSize(text);
        state = left > 0 ? 'data' : 'trailer';
      } else if (text === '') {
        state = 'end';
      } else {
        const colon = text.indexOf(':');
        trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
      }
    }
  }
  // Some senders leave out the last empty line.
  if (state !== 'end' && !(state === 'trailer' && line === '')) throw incomplete('the aws-chunked body ends too early');
}

function chunkSize(line: string): number {
  const digits = /^([0-9a-f]{1,13})(;|$)/i.exec(line)?.[1];
  if (digits === undefined) throw incomplete(`${JSON.stringify(line.slice(0, 40))} is not a chunk size`);
  return Number.parseInt(digits, 16);
}

const incomplete = (why: string) => s3Error('IncompleteBody', {}, `The request body could not be read: ${why}.`);
