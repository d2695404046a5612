import type { Box, CaptionSource, Issue, Payload, SpanComposition, TextSource } from '@filmwright/contracts';
import { type Script, scriptOf } from '@filmwright/core/text/scripts';
import { captionLook } from './caption-look.ts';
import { type Backing, measuredContrast } from './contrast.ts';
import { type FontPath, fontSet, missingGraphemes, plainText } from './font-set.ts';
import { fontPackages } from './known-fonts.ts';
import { layoutCaption } from './layout-caption.ts';
import { layoutText, smallestShare } from './layout-text.ts';

/** A frame as the inspection reads it: RGBA, opaque, top row first, as large as the film's frame. */
export type FrameBehind = { readonly rgba: Uint8Array; readonly width: number; readonly height: number };

export type InspectOptions = {
  readonly fontPath: FontPath;
  /** Renders the one frame of a composition without texts, at the film's size; called once for each different composition. Null skips contrast against pictures. */
  readonly renderBehind: ((behind: SpanComposition) => Promise<FrameBehind>) | null;
};

type InspectedText = Payload<'inspect'>['texts'][number];
type Frame = { readonly width: number; readonly height: number };

const safeShare = 0.05;

const scriptNames: Readonly<Record<Exclude<Script, 'Zzzz'>, string>> = {
  Latn: 'Latin',
  Cyrl: 'Cyrillic',
  Grek: 'Greek',
  Arab: 'Arabic',
  Hebr: 'Hebrew',
  Deva: 'Devanagari',
  Hans: 'Chinese',
  Jpan: 'Japanese',
  Kore: 'Korean',
  Thai: 'Thai',
  Zsye: 'emoji',
};

const glyphIssues = (
  path: string,
  options: { readonly text: string; readonly source: TextSource | CaptionSource; readonly fontPath: FontPath },
): readonly Issue[] => {
  const { source, fontPath } = options;
  const byScript = new Map<Script | null, string[]>();
  const missing = missingGraphemes(fontSet(source.fonts, { bold: true, fontPath }), plainText(options.text));
  for (const grapheme of missing) {
    const script = scriptOf(grapheme, source.language);
    byScript.set(script, [...(byScript.get(script) ?? []), grapheme]);
  }
  return [...byScript].map(([script, characters]) => {
    const name = script === null || script === 'Zzzz' ? '' : `${scriptNames[script]} `;
    const packaged = script === null ? undefined : fontPackages[script];
    return {
      severity: 'error',
      code: 'glyphs-missing',
      path,
      message: `No font of the film has the ${name}characters ${characters.slice(0, 12).join(' ')}${characters.length > 12 ? ` and ${characters.length - 12} more` : ''}.`,
      found: characters
        .slice(0, 40)
        .map((character) =>
          Array.from(character, (one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`).join('+'),
        )
        .join(' '),
      wanted: 'a font that has them',
      next: `${packaged ? `Install ${packaged} (Debian, Ubuntu) on the runner and restart it, or give` : 'Give'} a font file with these characters as brand.font.`,
    };
  });
};

const overflowIssue = (path: string, options: { readonly text: string; readonly box: Box }): Issue => ({
  severity: 'warning',
  code: 'text-overflow',
  path,
  message: `The text does not fit its place even at ${Math.round(smallestShare * 100)} % of its size: "${options.text.slice(0, 60)}${options.text.length > 60 ? '…' : ''}".`,
  found: `${options.text.length} characters`,
  wanted: `text that fits ${Math.round(options.box.width)} x ${Math.round(options.box.height)} pixels`,
  next: 'Shorten the text, give it more width, or make it smaller with size.',
});

const safetyIssues = (path: string, options: { readonly box: Box; readonly frame: Frame }): readonly Issue[] => {
  const { box, frame } = options;
  const margin = { x: frame.width * safeShare, y: frame.height * safeShare };
  const beyond: string[] = [];
  if (box.x < margin.x - 1) beyond.push('left');
  if (box.x + box.width > frame.width - margin.x + 1) beyond.push('right');
  if (box.y < margin.y - 1) beyond.push('top');
  if (box.y + box.height > frame.height - margin.y + 1) beyond.push('bottom');
  if (beyond.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'text-unsafe',
      path,
      message: `The text reaches out of the title-safe area at the ${beyond.join(' and ')}; some screens and players cover that edge.`,
      found: `x ${Math.round(box.x)} to ${Math.round(box.x + box.width)}, y ${Math.round(box.y)} to ${Math.round(box.y + box.height)}`,
      wanted: `x ${Math.round(margin.x)} to ${Math.round(frame.width - margin.x)}, y ${Math.round(margin.y)} to ${Math.round(frame.height - margin.y)}`,
      next: 'Shorten the text, make it smaller, or choose another position.',
    },
  ];
};

/** One stretch of letters to be checked for contrast, in output pixels. */
type Patch = { readonly box: Box; readonly color: string; readonly backing: Backing; readonly sizePx: number; readonly bold: boolean };

const contrastIssues = (
  path: string,
  options: { readonly patches: readonly Patch[]; readonly frame: Frame; readonly behind: FrameBehind | null },
): readonly Issue[] => {
  const short = Math.min(options.frame.width, options.frame.height);
  let worst: { readonly ratio: number; readonly wanted: number; readonly color: string } | undefined;
  for (const patch of options.patches) {
    const ratio = measuredContrast({ ...patch, behind: options.behind });
    if (ratio === null) continue;
    // WCAG's large text (24 px, 18.7 px bold) on a page 720 px high, carried over to the frame.
    const wanted = patch.sizePx >= short * (patch.bold ? 0.026 : 0.033) ? 3 : 4.5;
    if (ratio >= wanted || (worst && worst.ratio / worst.wanted <= ratio / wanted)) continue;
    worst = { ratio, wanted, color: patch.color };
  }
  if (!worst) return [];
  return [
    {
      severity: 'warning',
      code: 'contrast-low',
      path,
      message: `The text in ${worst.color} is hard to read on what is behind it.`,
      found: `contrast ${worst.ratio.toFixed(1)} : 1`,
      wanted: `at least ${worst.wanted} : 1 (WCAG 2.2 AA)`,
      next: 'Choose another color for the text, another position, or a calmer picture.',
    },
  ];
};

const inspectText = (
  item: InspectedText,
  context: { readonly source: TextSource; readonly fontPath: FontPath; readonly frame: Frame; readonly behind: FrameBehind | null },
): readonly Issue[] => {
  const { path } = item;
  const { source, fontPath, frame, behind } = context;
  const laid = layoutText(source, fontPath);
  const text = source.lines.join(' ');
  const patches = laid.scene.areas.map(
    (area): Patch => ({
      ...area,
      box: { ...area.box, x: area.box.x + laid.box.x, y: area.box.y + laid.box.y },
      backing: area.on === null ? { kind: 'picture', shaded: true } : { kind: 'color', color: area.on },
    }),
  );
  return [
    ...glyphIssues(path, { text: source.style === 'kicker' ? text.toLocaleUpperCase(source.language) : text, source, fontPath }),
    ...(laid.fits ? [] : [overflowIssue(path, { text, box: source.box })]),
    ...safetyIssues(path, { box: laid.box, frame }),
    ...contrastIssues(path, { patches, frame, behind }),
  ];
};

const inspectCaption = (
  item: InspectedText,
  context: { readonly source: CaptionSource; readonly fontPath: FontPath; readonly frame: Frame; readonly behind: FrameBehind | null },
): readonly Issue[] => {
  const { path } = item;
  const { source, fontPath, frame, behind } = context;
  const fonts = fontSet(source.fonts, { bold: true, fontPath });
  const look = captionLook(source);
  const layouts = source.pages.map((page) => layoutCaption(source, { page, fonts }));
  const overflowing = layouts.find((layout) => !layout.fits);
  const patches = layouts.slice(0, 1).map(
    (layout): Patch => ({
      box: layout.panel,
      color: source.color,
      backing:
        look.panelAlpha === 0 ? { kind: 'color', color: look.outline } : { kind: 'panel', color: look.ground, alpha: look.panelAlpha },
      sizePx: layout.sizePx,
      bold: true,
    }),
  );
  const outside = layouts.map((layout) => safetyIssues(path, { box: layout.panel, frame })).find((issues) => issues.length > 0);
  return [
    ...glyphIssues(path, { text: layouts.map((layout) => layout.text).join(' '), source, fontPath }),
    ...(overflowing ? [overflowIssue(path, { text: overflowing.text, box: source.box })] : []),
    ...(outside ?? []),
    ...contrastIssues(path, { patches, frame, behind }),
  ];
};

/** Looks at texts with their real fonts: missing glyphs (errors), overflow, title-safe area and contrast (warnings), each with its path in the document. */
export const inspectTexts = async (payload: Payload<'inspect'>, options: InspectOptions): Promise<readonly Issue[]> => {
  const frame = { width: payload.width, height: payload.height };
  const rendered = new Map<string, Promise<FrameBehind>>();
  const issues: Issue[] = [];
  for (const item of payload.texts) {
    let behind: FrameBehind | null = null;
    if (item.behind !== null && options.renderBehind !== null) {
      const name = JSON.stringify(item.behind);
      const known = rendered.get(name) ?? options.renderBehind(item.behind);
      // Only the last frame is kept: texts of one shot follow each other.
      rendered.clear();
      rendered.set(name, known);
      behind = await known;
    }
    const context = { fontPath: options.fontPath, frame, behind };
    issues.push(
      ...(item.source.type === 'text'
        ? inspectText(item, { ...context, source: item.source })
        : inspectCaption(item, { ...context, source: item.source })),
    );
  }
  const seen = new Set<string>();
  return issues.filter((issue) => {
    const name = JSON.stringify(issue);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
};
