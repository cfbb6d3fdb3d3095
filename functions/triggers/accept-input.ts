/** In a module of its own, so that triggers load it for the jobs that have a key of their own and for no others. */
export { acceptInput } from 'longhaul';
