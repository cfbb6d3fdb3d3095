/** `https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com`: what templates put together, since `Ref` of an API is its id. */
const addressOnAws = /https:\/\/([a-z0-9]{10})\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/g;

/** Replaces the address that one of these APIs would have on AWS by the one that the engine serves; the path stays. */
export function withLocalAddress(text: string, apiIds: Set<string>, apiUrl: string): string {
  return text.replaceAll(addressOnAws, (address, id: string) => (apiIds.has(id) ? apiUrl : address));
}
