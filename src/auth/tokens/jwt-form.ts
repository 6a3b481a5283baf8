/** Three parts in Base64url, the last of which may be empty (RFC 7515, section 7.1). */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a text has the form of a JWT, whatever it says: what tells it from other tickets. */
export const hasJwtForm = (text: string): boolean => COMPACT.test(text);
