import { ServiceError } from '../../endpoint/service.ts';
import type { ActionName, Callback, Dynalite, Item, ItemDb, Store } from './dynalite.ts';

/**
 * Runs a conditional write. When its condition fails and the caller asked for it
 * (`ReturnValuesOnConditionCheckFailure: ALL_OLD`), the error carries the item that was in the way, which dynalite leaves out.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 */
export async function withSeenItem(
  dynalite: Dynalite,
  name: ActionName,
  input: Record<string, unknown>,
  store = dynalite.store,
) {
  if (input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return dynalite.call(name, input, store);
  let seen: Item | undefined;
  const watched: Store = Object.assign(Object.create(store), {
    getItemDb: (tableName: string): ItemDb => {
      const items = store.getItemDb(tableName);
      return Object.assign(Object.create(items), {
        get: (key: string, callback: Callback<Item>) =>
          items.get(key, (error, item) => {
            seen = item;
            callback(error, item);
          }),
      });
    },
  });
  try {
    return await dynalite.call(name, input, watched);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'ConditionalCheckFailedException' || !seen) throw error;
    throw new ServiceError(error.code, error.message, error.status, { ...error.details, Item: seen });
  }
}
