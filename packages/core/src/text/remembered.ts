/** Of all that each such function was asked for, as JSON; what is kept of the answers grows with it. */
const mostCharacters = 4_000_000;

/** A function without effects whose last answers are kept, by what they were asked for, which must be the same in JSON only where the answer is; answers must not be changed by who gets them. */
export function remembered<Asked, Answer>(answer: (asked: Asked) => Answer, most = mostCharacters): (asked: Asked) => Answer {
  const answers = new Map<string, Answer>();
  let characters = 0;
  return (asked) => {
    const key = JSON.stringify(asked);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const made = answer(asked);
    answers.set(key, made);
    characters += key.length;
    for (const oldest of answers.keys()) {
      if (characters <= most) break;
      answers.delete(oldest);
      characters -= oldest.length;
    }
    return made;
  };
}
