/** A number as a fraction of whole numbers without a common divisor. */
export type Rational = { readonly num: number; readonly den: number };

/** How far a fraction may be from its number, as a share of it: over an hour of film less than a thousandth of a frame. */
const tolerance = 1e-9;
const mostDen = 1_000_000;

/** The simplest fraction that is a positive number within a billionth of it (continued fractions), so that 0.4 is 2/5 and 29.97 as it is computed 30000/1001. */
export function rationalOf(value: number): Rational {
  let [before, now] = [
    { num: 0, den: 1 },
    { num: 1, den: 0 },
  ];
  let rest = value;
  for (;;) {
    const whole = Math.floor(rest);
    const next = { num: whole * now.num + before.num, den: whole * now.den + before.den };
    if (next.den > mostDen) return now;
    [before, now] = [now, next];
    if (Math.abs(now.num / now.den - value) <= value * tolerance) return now;
    rest = 1 / (rest - whole);
  }
}
