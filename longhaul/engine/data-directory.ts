/**
 * Where the engine keeps its state, in the project. `sam build` copies the project to the place where it builds, except `.aws-sam`,
 * `.git` and `node_modules`, and removes only its own folders from `.aws-sam`.
 */
export const DATA_DIRECTORY = '.aws-sam/longhaul';

/** Where engines of a project keep what they would read again at each start, whatever data directory they have. */
export const CACHE_FILE = '.aws-sam/longhaul-cache/contents';
