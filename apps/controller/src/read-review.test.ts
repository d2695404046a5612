import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReviewMode, readReviewModel } from './read-review.ts';

test('review warns unless the environment says otherwise, and a word that is none is refused', () => {
  assert.equal(readReviewMode({}), 'warn');
  assert.equal(readReviewMode({ FILMWRIGHT_REVIEW: '' }), 'warn');
  assert.equal(readReviewMode({ FILMWRIGHT_REVIEW: 'stop' }), 'stop');
  assert.throws(() => readReviewMode({ FILMWRIGHT_REVIEW: 'yes' }), /FILMWRIGHT_REVIEW is "yes"; wanted warn, stop, off/);
});

test('a model that is to review is named as films name models', () => {
  assert.equal(readReviewModel({}), null);
  assert.equal(readReviewModel({ FILMWRIGHT_REVIEW_MODEL: 'nsfwjs@0123456789ab' }), 'nsfwjs@0123456789ab');
  assert.throws(() => readReviewModel({ FILMWRIGHT_REVIEW_MODEL: 'No such' }), /FILMWRIGHT_REVIEW_MODEL is "No such"; wanted the name/);
});
