/** Lines as product films say them, with numbers, pauses and short words. */
export const lines: readonly string[] = [
  'Meet the new Aurora lamp.',
  'It costs one hundred and twenty nine dollars, and it is worth every cent.',
  'Most of the people in the world, I think, have never seen one of these.',
  'Light for the whole evening. Twelve hours on one charge.',
  'Made by hand from oak and brass in a small workshop by the sea.',
  'Turn it once for work, twice for rest, and it remembers what you like.',
  'You can order it today for $99.00, and it will be at your door in 3 days.',
  'No cables. No noise. Just a warm and quiet light.',
  'Our team tested it for 1,200 hours before we showed it to anybody.',
  'When the sun goes down, the colors slowly change from white to gold.',
  'Ask your friends what they think, and tell us how we can do better.',
  'The first hundred buyers get a second one for free.',
];
