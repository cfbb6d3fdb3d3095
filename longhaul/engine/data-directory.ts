/**
 * Where the engine keeps its state, in the project. `sam build` copies the project to the place where it builds, except `.aws-sam`,
 * `.git` and `node_modules`, and removes only its own folders from `.aws-sam`.
 */
export const DATA_DIRECTORY = '.aws-sam/longhaul';
