import { stripe } from './schemes.ts';
import { webhook } from './webhook.ts';

export const handler = webhook(stripe);
