/** What a session wants to do with a URI (WAMP 13.6). */
export type Action = 'publish' | 'subscribe' | 'call' | 'register';
