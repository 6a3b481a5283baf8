/** The request of a client that writes to its socket itself: an upgrade to WAMP in JSON at the public listener (RFC 6455, 4.1). */
export const upgradeRequest = (host = '127.0.0.1'): string =>
  [
    'GET /ws HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: wamp.2.json',
    '',
    '',
  ].join('\r\n');
