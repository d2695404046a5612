import type { Generate, Generator } from '@filmwright/contracts';
import { pickGenerator } from '@filmwright/core';
import { ChoiceField, Fold, RangeField, TextField } from '../../parts/fields.tsx';
import { useFilm } from '../film-context.ts';
import { DrawnStart } from './drawn-start.tsx';
import { DrawnTakes } from './drawn-takes.tsx';
import { generatorChoices, useGenerators } from './generators.ts';
import { isSmooth, SmoothMotion } from './smooth-motion.tsx';
import { UpscaleChoice } from './upscale-choice.tsx';
import type { Field } from './use-field.ts';

/** What a model is to draw for a shot, and its takes to choose from; `base` is where the shot's ground is. */
export function DrawnPicture({ field, base }: { readonly field: Field; readonly base: readonly string[] }) {
  const { selected } = useFilm();
  const models = useGenerators();
  const at = (key: string): readonly string[] => [...base, 'generate', key];
  const number = (key: string): string => (field.read(at(key)) === undefined ? '' : String(field.number(at(key), 0)));
  const writeNumber = (key: string, text: string): void => {
    const value = text.trim() === '' ? undefined : Number(text);
    if (value === undefined || Number.isInteger(value)) field.write(at(key), value, key);
  };
  return (
    <div className="stack">
      <TextField
        label="What is to be seen"
        value={field.text(at('prompt'), '')}
        placeholder="dark violet aurora"
        onChange={(prompt) => field.write(at('prompt'), prompt, 'prompt')}
      />
      <ChoiceField
        label="Model"
        value={field.text(at('model'), '')}
        options={generatorChoices(models ?? [])}
        onChange={(model) => field.write(at('model'), model === '' ? undefined : model, 'model')}
      />
      <DrawnTakes key={selected} field={field} base={base} />
      <DrawnStart key={`start ${selected}`} field={field} base={base} models={models} />
      <UpscaleChoice field={field} base={base} />
      {(moves(models, field.read([...base, 'generate'])) || isSmooth(field, base)) && (
        <SmoothMotion field={field} base={base} label="Smooth movement between what is drawn" />
      )}
      <Fold title="How it is drawn">
        <TextField
          label="What is not to be seen"
          value={field.text(at('negative'), '')}
          onChange={(negative) => field.write(at('negative'), negative === '' ? undefined : negative, 'negative prompt')}
        />
        <div className="pair">
          <TextField label="Seed" value={number('seed')} placeholder="By the shot" onChange={(text) => writeNumber('seed', text)} />
          <TextField label="Steps" value={number('steps')} placeholder="By the model" onChange={(text) => writeNumber('steps', text)} />
        </div>
        <RangeField
          label="How strongly the words steer"
          value={field.number(at('guidance'), 0)}
          min={0}
          max={15}
          step={0.5}
          shown={(value) => (field.read(at('guidance')) === undefined || value === 0 ? 'as the model says' : String(value))}
          onChange={(value) => field.write(at('guidance'), value === 0 ? undefined : value, 'guidance')}
        />
      </Fold>
    </div>
  );
}

/** Whether the model that draws makes clips, or may: which it is is not known at once, nor of one that nobody offers. */
function moves(models: readonly Generator[] | null, generate: unknown): boolean {
  const { model, picture } = (generate ?? {}) as Partial<Generate>;
  const asked: Generate = { prompt: '-', ...(model === undefined ? {} : { model }), ...(picture === undefined ? {} : { picture }) };
  const drawing = models === null ? undefined : pickGenerator(asked, models);
  return drawing === undefined || drawing.frames > 1;
}
