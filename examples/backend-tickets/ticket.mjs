// Prints a ticket for Expressway: node ticket.mjs KEY_FILE ROLE
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';

function makeTicket(key, role, seconds = 60) {
  const end = Math.floor(Date.now() / 1000) + seconds;
  const signed = `v1.${randomBytes(16).toString('hex')}.${end}.${role}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

const [keyFile, role] = process.argv.slice(2);
process.stdout.write(`${makeTicket(readFileSync(keyFile, 'utf8').trimEnd(), role)}\n`);
