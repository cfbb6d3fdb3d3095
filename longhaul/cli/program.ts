/** What a person types to run this: npm, which says that it runs something in `npm_command`, does not put it into the PATH. */
export const PROGRAM = process.env.npm_command === undefined ? 'longhaul' : 'npx longhaul';
