import { EventEmitter } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { stopSignal } from '../../longhaul/cli/stop-signal.ts';

test('a Ctrl-C that npm passes on is one with that of the terminal; a later one is the second', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const signals = new EventEmitter();
  const again = vi.fn();
  const stopped = stopSignal(signals, again);
  signals.emit('SIGINT');
  signals.emit('SIGINT');
  await stopped;
  vi.advanceTimersByTime(900);
  signals.emit('SIGTERM');
  expect(again).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  signals.emit('SIGINT');
  expect(again).toHaveBeenCalledWith('SIGINT');
});
