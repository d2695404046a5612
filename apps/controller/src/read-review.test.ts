import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReviewMode } from './read-review.ts';

test('review warns unless the environment says otherwise, and a word that is none is refused', () => {
  assert.equal(readReviewMode({}), 'warn');
  assert.equal(readReviewMode({ FILMWRIGHT_REVIEW: '' }), 'warn');
  assert.equal(readReviewMode({ FILMWRIGHT_REVIEW: 'stop' }), 'stop');
  assert.throws(() => readReviewMode({ FILMWRIGHT_REVIEW: 'yes' }), /FILMWRIGHT_REVIEW is "yes"; wanted warn, stop, off/);
});
