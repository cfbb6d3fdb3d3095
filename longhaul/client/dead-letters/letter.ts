/** An event that started nothing, and why. */
export interface DeadLetter {
  /** What `show` and `retry` take. */
  id: string;
  /** When it became one. */
  time: Date;
  /** `MalformedEventError: …` */
  reason: string;
  /** The nested stack of its trigger, by path: `Queue`. Undefined for a trigger that is a stack of its own, or is not known. */
  trigger?: string;
  /** ARN of the queue, or what the event says of itself: `aws:sns`. */
  source: string;
  /** What tells it from others of its source: a message's id, an object's URI. */
  identity: string;
  /** The function that is to handle it. */
  functionName: string;
  /** The whole event, as that function gets it. */
  event: unknown;
}

/** A letter in hand. */
export interface StoredLetter {
  letter: DeadLetter;
  /** Takes it out of its store, because it was handled. */
  remove(): Promise<void>;
}

/** Where dead letters are. To stop reading in the middle is allowed, and hides none of them. */
export type Store = () => AsyncGenerator<StoredLetter, void, undefined>;
