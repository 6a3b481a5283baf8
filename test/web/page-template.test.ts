import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loginPlaceholders } from '../../src/web/login.js';
import { escapeHtml, PageTemplate } from '../../src/web/page-template.js';

describe('PageTemplate', () => {
  it('fills in every placeholder, each escaped, and nothing twice', () => {
    const page = new PageTemplate('<p title="{{a}}">{{ b }}{{a}}</p>', ['a', 'b']);
    const html = page.render({ a: `"'<&>`, b: '{{a}} $& $1' });
    const escaped = '&quot;&#39;&lt;&amp;&gt;';
    assert.equal(html, `<p title="${escaped}">{{a}} $&amp; $1${escaped}</p>`);
  });

  it('refuses a page with a placeholder that nobody fills in', () => {
    assert.throws(() => new PageTemplate('{{constructor}}', ['a']), {
      name: 'RangeError',
      message: 'unknown placeholder {{constructor}}',
    });
  });

  it('throws for a missing file', () => {
    assert.throws(() => PageTemplate.read('/nowhere/login.html', []), { code: 'ENOENT' });
  });
});

describe('escapeHtml', () => {
  it('leaves other text alone', () => {
    assert.equal(escapeHtml('zoë 🚦 a=b'), 'zoë 🚦 a=b');
  });
});

describe('public/login.html', () => {
  const source = readFileSync('public/login.html', 'utf8');

  it('has only placeholders that are filled in', () => {
    const html = new PageTemplate(source, loginPlaceholders).render({
      csrf_token: 'the-token',
      kind: 'error',
      message: 'wrong',
      next: '/somewhere',
    });
    assert.match(html, /name="csrf_token" value="the-token"/u);
    assert.match(html, /name="next" value="\/somewhere"/u);
    assert.match(html, /message-error"[^>]*>wrong</u);
  });

  it('has nothing that the content security policy forbids', () => {
    assert.doesNotMatch(source, /<script|<style|\sstyle=|\son\w+=|https?:/u);
  });

  it('has a label for every visible input', () => {
    const ids = [...source.matchAll(/<input\s+id="(\w+)"/gu)].map(([, id]) => id);
    assert.deepEqual(ids, ['username', 'password']);
    for (const id of ids) assert.ok(source.includes(`<label for="${id}">`), id);
  });
});
