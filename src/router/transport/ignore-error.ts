/**
 * For the errors of a socket that tell nothing which its close does not: without a listener they would end the process. One function for all:
 * one made on the spot keeps what is in reach there, such as the request of an upgrade, for as long as the socket lives.
 */
export const ignoreError = (): void => undefined;
