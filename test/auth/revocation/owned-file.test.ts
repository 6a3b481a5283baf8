import { deepEqual, equal, match, throws } from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FileTakenOver, OwnedFile } from '../../../src/auth/revocation/owned-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('OwnedFile', () => {
  it('has no lines where there is no file, and makes file and folder for nobody else', (t) => {
    const folder = join(temporaryFolder(t), 'a', 'b');
    const file = new OwnedFile(join(folder, 'lines'));
    deepEqual(file.read(), []);
    file.take(['one', 'two']);
    deepEqual(file.read(), ['one', 'two']);
    equal(statSync(file.path).mode & 0o777, 0o600);
    equal(statSync(folder).mode & 0o777, 0o700);
    deepEqual(readdirSync(folder), ['lines'], 'nothing is left of the writing');
  });

  it('closes to others what was open to them', (t) => {
    const path = join(temporaryFolder(t), 'lines');
    writeFileSync(path, 'one\n', { mode: 0o644 });
    const file = new OwnedFile(path);
    file.take(file.read());
    equal(statSync(path).mode & 0o777, 0o600);
    deepEqual(file.read(), ['one']);
  });

  it('appends whole lines after what is there', (t) => {
    const file = new OwnedFile(join(temporaryFolder(t), 'lines'));
    file.take([]);
    file.append('one', false);
    file.append('two', true);
    match(readFileSync(file.path, 'utf8'), /^\{"owner":"[\da-f]{32}"\}\none\ntwo\n$/u);
  });

  it('gives a line that was torn as it is', (t) => {
    const file = new OwnedFile(join(temporaryFolder(t), 'lines'));
    file.take(['one']);
    appendFileSync(file.path, 'tw');
    deepEqual(new OwnedFile(file.path).read(), ['one', 'tw']);
  });

  it('writes no more once another has taken the file', (t) => {
    const first = new OwnedFile(join(temporaryFolder(t), 'lines'));
    first.take(['one']);
    const second = new OwnedFile(first.path);
    second.take(second.read());
    for (const write of [
      () => {
        first.append('two', false);
      },
      () => {
        first.replace(['two']);
      },
      () => {
        first.remove();
      },
    ]) {
      throws(write, FileTakenOver);
    }
    second.append('three', false);
    deepEqual(second.read(), ['one', 'three']);
  });

  it('does not append to a file that was removed, and replaces it', (t) => {
    const file = new OwnedFile(join(temporaryFolder(t), 'lines'));
    file.take(['one']);
    file.remove();
    file.remove();
    throws(
      () => {
        file.append('two', false);
      },
      { code: 'ENOENT' },
    );
    equal(existsSync(file.path), false);
    file.replace(['two']);
    deepEqual(file.read(), ['two']);
  });

  it('refuses to read what is no plain file', (t) => {
    const path = join(temporaryFolder(t), 'folder');
    mkdirSync(path);
    throws(() => new OwnedFile(path).read(), TypeError);
  });
});
