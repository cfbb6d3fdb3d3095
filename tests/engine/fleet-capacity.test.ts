import { expect, test, vi } from 'vitest';
import { type Blocked, Capacity, type CapacityRequest, type Lease } from '../../longhaul/engine/fleet/index.ts';

function setUp() {
  const capacity = new Capacity();
  capacity.define('spot', { kind: 'spot', vcpus: 4 });
  capacity.define('on-demand', { kind: 'on-demand', vcpus: 2 });
  return capacity;
}

/** A request whose outcome can be looked at without waiting for it. */
function ask(capacity: Capacity, changes: Partial<CapacityRequest> = {}) {
  const abort = new AbortController();
  const blocked = vi.fn<(reason: Blocked | undefined) => void>();
  const request = { line: 'queue', priority: 1, pools: ['spot'], vcpus: 1, signal: abort.signal, blocked, ...changes };
  const asked: { lease?: Lease; error?: unknown; blocked: typeof blocked; abort: AbortController } = { blocked, abort };
  capacity.acquire(request).then(
    (lease) => Object.assign(asked, { lease }),
    (error: unknown) => Object.assign(asked, { error }),
  );
  return asked;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('Who needs more than is free waits until it is given back', async () => {
  const capacity = setUp();
  const [first, second] = [ask(capacity, { vcpus: 3 }), ask(capacity, { vcpus: 2 })];
  await turn();
  expect(first.lease).toMatchObject({ pool: 'spot' });
  expect(second.lease).toBeUndefined();
  first.lease!.release();
  first.lease!.release();
  await turn();
  expect(second.lease).toMatchObject({ pool: 'spot' });
  const third = ask(capacity, { vcpus: 3 });
  await turn();
  expect(third.lease, 'a lease that is released twice gives its vCPUs back once').toBeUndefined();
});

test('Nobody in a line is overtaken by one who needs less', async () => {
  const capacity = setUp();
  const asked = [ask(capacity, { vcpus: 3 }), ask(capacity, { vcpus: 2 }), ask(capacity, { vcpus: 1 })];
  const elsewhere = ask(capacity, { line: 'another queue', vcpus: 1 });
  await turn();
  expect(asked.map(({ lease }) => lease !== undefined)).toEqual([true, false, false]);
  expect(elsewhere.lease).toBeDefined();
});

test('The line with the higher priority is served first', async () => {
  const capacity = setUp();
  const first = ask(capacity, { vcpus: 4 });
  const low = ask(capacity, { line: 'low', priority: 1, vcpus: 4 });
  const high = ask(capacity, { line: 'high', priority: 9, vcpus: 4 });
  await turn();
  first.lease!.release();
  await turn();
  expect([low.lease, high.lease].map((lease) => lease !== undefined)).toEqual([false, true]);
});

test('One that could never fit is told so, and holds nobody back', async () => {
  const capacity = setUp();
  const giant = ask(capacity, { vcpus: 5 });
  const other = ask(capacity, { vcpus: 4 });
  await turn();
  expect(giant.blocked.mock.calls).toEqual([['too-large']]);
  expect(other.lease).toBeDefined();
});

test('Without Spot capacity who waits for it is told so, and is served when it is back', async () => {
  const capacity = setUp();
  capacity.set('spot', 'unavailable');
  const [spot, behind] = [ask(capacity), ask(capacity)];
  const either = ask(capacity, { line: 'either', pools: ['spot', 'on-demand'] });
  await turn();
  expect(spot.blocked.mock.calls).toEqual([['no-capacity']]);
  expect(behind.blocked).not.toHaveBeenCalled();
  expect(either.lease).toMatchObject({ pool: 'on-demand' });
  capacity.set('spot', 'available');
  await turn();
  expect(spot.lease).toBeDefined();
});

test('Who leaves the line lets the next one in', async () => {
  const capacity = setUp();
  const [, waiting, next] = [ask(capacity, { vcpus: 2 }), ask(capacity, { vcpus: 4 }), ask(capacity, { vcpus: 2 })];
  await turn();
  expect(next.lease).toBeUndefined();
  waiting.abort.abort(new Error('changed my mind'));
  await turn();
  expect(waiting.error).toMatchObject({ message: 'changed my mind' });
  expect(next.lease).toBeDefined();
});
