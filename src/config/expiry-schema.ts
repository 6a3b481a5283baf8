import { z } from 'zod';

import { duration } from './duration.js';

/** Schema of how long a session outlives its token. */
export const expiryGrace = () => duration({ min: '0s', max: '1h' });

/** Schema of how it then ends. */
export const expiryAction = () => z.enum(['close', 'goodbye']);
