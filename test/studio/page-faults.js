// Runs in the page: what people with other senses or tools than ours would miss there, once what fades has faded.
(async () => {
  const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
  await Promise.allSettled(ending.map(({ finished }) => finished));
  const found = [];
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return (
      box.width > 1 &&
      box.height > 1 &&
      element.checkVisibility() &&
      style.visibility !== 'hidden' &&
      style.display !== 'none' &&
      element.closest('[aria-hidden="true"]') === null
    );
  };
  const nameOf = (element) => {
    const labelled = element
      .getAttribute('aria-labelledby')
      ?.split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ');
    const labels =
      'labels' in element && element.labels instanceof NodeList ? [...element.labels].map((label) => label.textContent).join(' ') : '';
    const alt = [...element.querySelectorAll('img')].map((image) => image.alt).join(' ');
    return (element.getAttribute('aria-label') ?? labelled ?? (labels || element.textContent || alt)).trim();
  };
  const shown = (element) => `${element.tagName.toLowerCase()}.${element.className} ${element.outerHTML.slice(0, 90)}`;

  for (const element of document.querySelectorAll(
    'a[href], button, input, select, textarea, [role=slider], [role=progressbar], [role=dialog], dialog, video',
  ))
    if (seen(element) && nameOf(element) === '') found.push(`no name: ${shown(element)}`);
  for (const image of document.querySelectorAll('img')) if (!image.hasAttribute('alt')) found.push(`no alternative: ${shown(image)}`);
  if (document.querySelectorAll('h1').length !== 1) found.push(`${document.querySelectorAll('h1').length} first headings, wanted one`);
  if (document.querySelectorAll('main').length !== 1) found.push('wanted one main part');
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) found.push(`the id ${id} is there twice`);
  if (document.documentElement.scrollWidth > innerWidth + 1)
    found.push(`${document.documentElement.scrollWidth} pixels wide in a window of ${innerWidth}`);
  for (const element of document.querySelectorAll('button, a.button, select'))
    if (seen(element) && element.getBoundingClientRect().height < 24) found.push(`too small to hit: ${shown(element)}`);

  const channels = (color) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (canvas === null) return [0, 0, 0, 255];
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r = 0, g = 0, b = 0]) => {
    const linear = [r, g, b].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (
      element === null ||
      (node.textContent ?? '').trim() === '' ||
      !seen(element) ||
      element.closest('.unseen, svg, .sketch, option, :disabled, [aria-disabled=true]') !== null
    )
      continue;
    let back = null;
    for (let each = element; each !== null && back === null; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.backgroundImage !== 'none') break;
      const color = channels(style.backgroundColor);
      if ((color[3] ?? 0) > 180) back = color;
    }
    if (back === null) continue;
    const style = getComputedStyle(element);
    const [light = 0, dark = 0] = [luminance(channels(style.color)), luminance(back)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(2)}: ${(node.textContent ?? '').slice(0, 40)} in ${shown(element)}`);
  }
  return [...new Set(found)];
})();
