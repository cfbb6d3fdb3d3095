import { checkTags } from '../description.ts';
import { receiveText } from '../receive.ts';
import type { S3Reply, S3Request } from '../request.ts';
import { elements, readXml, text } from '../xml.ts';

export async function putObjectTagging(request: S3Request): Promise<S3Reply> {
  const { store, bucket, key } = request;
  const [set] = elements((await readXml(await receiveText(request), 'Tagging')).TagSet);
  const pairs = elements(set?.Tag).map((tag): [string, string] => [text(tag.Key) ?? '', text(tag.Value) ?? '']);
  store.setTags(store.require(bucket, key), checkTags(pairs));
  return {};
}
