/**
 * How large a topic's messages may be, in bytes: by default 256 KiB, and whatever its attribute `MaximumMessageSize` says.
 * https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html
 */
const DEFAULT = 262_144;
const LEAST = 1_024;
const MOST = 1_048_576;

/** What counts of a request: texts, and names, types and values of attributes; of PublishBatch those of all its messages. */
const COUNTED = /(^|\.)(Message|MessageAttributes\.entry\.\d+\.(Name|Value\.\w+))$/;

/** Binary values come in base64, and count as what they are. */
const sizeOf = (name: string, value: string): number =>
  Buffer.byteLength(value, name.endsWith('.BinaryValue') ? 'base64' : 'utf8');

type Parameters = Record<string, string>;
type Topics = { getTopic(arn: string): Topic | undefined; persistence?: { updateTopicAttributes: UpdateAttributes } };
type Topic = { arn: string; attributes: Record<string, string> };
type UpdateAttributes = (arn: string, attributes: Record<string, string>) => void;
type Handler = (parameters: Parameters, topics: Topics, ...more: unknown[]) => unknown;

/** The parts of fauxqs that are changed here. */
export interface SnsModules {
  SnsRouter: { prototype: { register(action: string, handler: Handler): void } };
  SnsError: new (code: string, message: string) => Error;
  snsSuccessResponse(action: string, body: string): string;
}

/**
 * fauxqs 2.4 takes no message over 256 KiB and does not know the attribute. Its limit is a constant of a module, which becomes
 * the largest there is.
 */
export const largestMessages = (source: string): string =>
  source.replace(/(SNS_MAX_MESSAGE_SIZE_BYTES = )262_144\b/, `$1${MOST}`);

/** Makes what fauxqs does with topics keep to the size of each of them. To be called once, before it makes its application. */
export function limitMessages({ SnsRouter, SnsError, snsSuccessResponse }: SnsModules): void {
  const invalid = (text: string) => new SnsError('InvalidParameter', `Invalid parameter: ${text}`);

  const limited =
    (publish: Handler, tooLong: () => Error): Handler =>
    (parameters, topics, ...more) => {
      const { MaximumMessageSize = DEFAULT } = topics.getTopic(parameters.TopicArn ?? '')?.attributes ?? {};
      const counted = Object.entries(parameters).filter(([name]) => COUNTED.test(name));
      const size = counted.reduce((sum, [name, value]) => sum + sizeOf(name, value), 0);
      if (size > Number(MaximumMessageSize)) throw tooLong();
      return publish(parameters, topics, ...more);
    };

  const setAttributes =
    (others: Handler): Handler =>
    (parameters, topics, ...more) => {
      const { TopicArn = '', AttributeName, AttributeValue = '' } = parameters;
      const topic = topics.getTopic(TopicArn);
      if (AttributeName !== 'MaximumMessageSize' || !topic) return others(parameters, topics, ...more);
      if (!/^\d{1,7}$/.test(AttributeValue) || +AttributeValue < LEAST || +AttributeValue > MOST) {
        throw invalid(`MaximumMessageSize must be an integer from ${LEAST} to ${MOST}`);
      }
      topic.attributes.MaximumMessageSize = AttributeValue;
      topics.persistence?.updateTopicAttributes(topic.arn, topic.attributes);
      return snsSuccessResponse('SetTopicAttributes', '');
    };

  const changed: Record<string, (handler: Handler) => Handler> = {
    Publish: (publish) => limited(publish, () => invalid('Message too long')),
    PublishBatch: (publish) =>
      limited(publish, () => new SnsError('BatchRequestTooLong', 'The length of all the messages is over the limit.')),
    SetTopicAttributes: setAttributes,
  };
  const { register } = SnsRouter.prototype;
  SnsRouter.prototype.register = function (action, handler) {
    register.call(this, action, changed[action]?.(handler) ?? handler);
  };
}
