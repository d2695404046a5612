import { textPositions, textStyles } from '@filmwright/contracts';
import { withoutUnprintable } from '@filmwright/core';
import { asSentence } from '../../model/format.ts';
import { ChoiceField } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { IconButton } from '../../parts/icon-button.tsx';
import type { Field } from './use-field.ts';

/** The texts on a shot's picture, at most twelve. */
export function ShotTexts({ field }: { readonly field: Field }) {
  const found = field.read(['text']);
  const blocks = (found === undefined ? [] : Array.isArray(found) ? found : [found]) as readonly {
    text?: string | readonly string[];
    style?: string;
    position?: string;
  }[];
  const write = (next: readonly object[]): void =>
    field.write(['text'], next.length === 0 ? undefined : next.length === 1 ? next[0] : next, 'text');
  const change = (at: number, part: object): void => write(blocks.map((block, index) => (index === at ? { ...block, ...part } : block)));
  return (
    <div className="stack">
      {blocks.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: texts have no name but their place.
        <fieldset key={at} className="block">
          <legend className="unseen">Text {at + 1}</legend>
          <div className="row apart">
            <span className="label">Text {blocks.length > 1 ? at + 1 : ''}</span>
            <IconButton icon="bin" small label={`Remove text ${at + 1}`} onClick={() => write(blocks.filter((_, index) => index !== at))} />
          </div>
          <textarea
            className="area"
            rows={2}
            dir="auto"
            aria-label={`Text ${at + 1}`}
            value={typeof block.text === 'string' ? block.text : (block.text ?? []).join('\n')}
            onChange={({ target }) => {
              const written = withoutUnprintable(target.value);
              change(at, { text: block.style === 'bullets' ? written.split('\n').slice(0, 8) : written });
            }}
          />
          <div className="pair">
            <ChoiceField
              label="Style"
              value={block.style ?? 'title'}
              options={textStyles.map((style) => [style, asSentence(style)])}
              onChange={(style) => change(at, { style })}
            />
            <ChoiceField
              label="Place"
              value={block.position ?? ''}
              options={[['', 'By itself'], ...textPositions.map((place) => [place, asSentence(place)] as const)]}
              onChange={(position) => write(blocks.map((each, index) => (index === at ? placed(each, position) : each)))}
            />
          </div>
        </fieldset>
      ))}
      <button type="button" className="button" disabled={blocks.length >= 12} onClick={() => write([...blocks, { text: 'Your text' }])}>
        <Icon name="text" />
        Add a text
      </button>
    </div>
  );
}

function placed(block: object, position: string): object {
  const { position: _old, ...kept } = block as { position?: string };
  return position === '' ? kept : { ...kept, position };
}
