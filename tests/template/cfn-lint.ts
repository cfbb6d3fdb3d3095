import { spawnSync } from 'node:child_process';

/** Whether cfn-lint is installed. Not asked itself: it takes two seconds to say its version. */
export const hasCfnLint = spawnSync('sh', ['-c', 'command -v cfn-lint']).status === 0;
