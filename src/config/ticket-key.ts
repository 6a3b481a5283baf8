import { weaknessOf } from '../auth/tokens/weak-secret.js';
import type { SecretReader } from './secret-reader.js';

const TICKET = ['auth', 'ticket'];
const MIN_KEY_BYTES = 32;

/** The key of backend tickets; undefined when there is none. What is wrong with it is told to `reader`. */
export async function readTicketKey(reader: SecretReader): Promise<string | undefined> {
  const key = await reader.read(TICKET, 'backend_key');
  const weakness = key && weaknessOf(Buffer.from(key), MIN_KEY_BYTES);
  if (weakness) {
    const place = reader.placeOf(TICKET, 'backend_key') ?? TICKET;
    reader.report(place, `expected a strong key, but it ${weakness}`);
  }
  return key;
}
