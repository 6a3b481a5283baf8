import { z } from 'zod';

import { duration } from './duration.js';
import { text } from './scalars.js';

/** Schema of the name of a cookie. */
export const cookieName = () =>
  text('a cookie name such as __Host-sid', (value) => /^[\w!#$%&'*+.^`|~-]{1,64}$/.test(value));

const httpUrl = () =>
  text('an http or https URL without user and password', (value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, username, password } = new URL(value);
    return /^https?:$/.test(protocol) && username === '' && password === '';
  });

/** The keys of `auth.session` about another web application. */
export const webAppShape = {
  web_app_url: httpUrl().nullable(),
  web_app_cookies: z.array(cookieName()),
  web_app_timeout: duration({ min: '100ms', max: '30s' }),
  web_app_cache: duration({ min: '0s', max: '10s' }),
  web_app_recheck: duration({ min: '1s', max: '1h' }),
  web_app_outage: duration({ min: '0s', max: '1h' }),
};
