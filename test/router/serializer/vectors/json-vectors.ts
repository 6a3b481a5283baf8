import { NUMBER_VECTORS } from './json-number-vectors.js';
import { STRING_VECTORS } from './json-string-vectors.js';
import { STRUCTURE_VECTORS } from './json-structure-vectors.js';

/** JSON values of one class, each as the text of a value inside of a message, and whether a message with it is accepted. */
export interface JsonVectors {
  readonly title: string;
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
}

/** By what RFC 8259 says in its sections 2 to 7. */
export const JSON_VECTORS: readonly JsonVectors[] = [
  ...NUMBER_VECTORS,
  ...STRING_VECTORS,
  ...STRUCTURE_VECTORS,
];

const nested = (open: string, close: string, depth: number): string =>
  `${open.repeat(depth)}${close.repeat(depth)}`;

/** Values nested as deep as `room` levels, and deeper (P2). */
export const depthVectors = (room: number): JsonVectors => ({
  title: `values nested ${room} deep and deeper`,
  accepted: [
    nested('[', ']', room),
    `${'{"a":'.repeat(room)}0${'}'.repeat(room)}`,
    `"${'['.repeat(100_000)}"`,
    `[${Array(100)
      .fill(nested('[', ']', room - 1))
      .join()}]`,
  ],
  refused: [
    nested('[', ']', room + 1),
    nested('[', ']', 100_000),
    `${'{"a":'.repeat(room + 1)}0${'}'.repeat(room + 1)}`,
    `${'{"a":['.repeat(50_000)}0${']}'.repeat(50_000)}`,
    '['.repeat(100_000),
    '{"a":'.repeat(100_000),
    '[{"":'.repeat(50_000),
  ],
});
