/** A function without effects whose last `most` answers are kept, by what they were asked for, which must be the same in JSON only where the answer is; answers must not be changed by who gets them. */
export function remembered<Asked, Answer>(answer: (asked: Asked) => Answer, { most }: { readonly most: number }): (asked: Asked) => Answer {
  const answers = new Map<string, Answer>();
  return (asked) => {
    const key = JSON.stringify(asked);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const made = answer(asked);
    for (const oldest of answers.keys()) {
      if (answers.size < most) break;
      answers.delete(oldest);
    }
    answers.set(key, made);
    return made;
  };
}
