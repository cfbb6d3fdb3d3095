import { ChildProcess } from 'node:child_process';

Object.assign(ChildProcess.prototype, {
  spawn() {
    throw new Error('A unit test starts no process: *.e2e.test.ts is for those that do');
  },
});
