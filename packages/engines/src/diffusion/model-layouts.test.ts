import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { graphBuilder, pictureValue } from '../convert/graph-builder.ts';
import { onnxFile } from '../convert/onnx-file.ts';
import { openDiffusionEngine } from './open-diffusion-engine.ts';
import { layTestModel, testRequest } from './test-models.ts';

test('exports of families that are not drawn here are refused by the part, input or scheduler that they bring, as docs/guide/models.md lists them', async (t) => {
  const engine = openDiffusionEngine();
  t.after(() => engine.dispose());
  const { model, remove } = await layTestModel();
  t.after(remove);
  const refusal = async (): Promise<string> => {
    const error = await engine.generate(model, testRequest()).catch((each: unknown) => each);
    assert.ok(error instanceof Error && error.name === 'RevisionFault', String(error));
    return error.message;
  };
  const index = join(model.folder, 'model_index.json');
  const sound = await readFile(index, 'utf8');
  for (const part of ['text_encoder_2', 'text_encoder_3', 'image_encoder', 'controlnet']) {
    await writeFile(index, JSON.stringify({ ...JSON.parse(sound), [part]: ['transformers', 'Some'] }));
    assert.match(await refusal(), new RegExp(`has a ${part};`));
  }
  await writeFile(index, JSON.stringify({ ...JSON.parse(sound), image_encoder: [null, null] }));
  assert.equal((await engine.generate(model, testRequest())).frames.length, 1, 'a part that is named and left out is none');

  await engine.dispose();
  const other = openDiffusionEngine();
  t.after(() => other.dispose());
  const graph = graphBuilder();
  graph.node('Identity', { inputs: ['sample'], outputs: ['out_sample'] });
  const wide = { dims: ['batch', 'width'] };
  const inputs = [
    pictureValue('sample'),
    ...['timestep', 'encoder_hidden_states', 'text_embeds', 'time_ids'].map((name) => pictureValue(name, wide)),
  ];
  const whole = graph.finish({ name: 'wide', inputs, outputs: [pictureValue('out_sample')] });
  const unet = join(model.folder, 'unet', 'model.onnx');
  const ownUnet = await readFile(unet);
  await writeFile(unet, onnxFile({ graph: whole, opset: 13, producer: { name: 'test', version: '1' } }));
  await assert.rejects(other.generate(model, testRequest()), {
    name: 'RevisionFault',
    message: /also wants text_embeds, time_ids; wanted latents, timestep and text/,
  });
  await writeFile(unet, ownUnet);
  const scheduler = join(model.folder, 'scheduler', 'scheduler_config.json');
  await writeFile(scheduler, JSON.stringify({ ...JSON.parse(await readFile(scheduler, 'utf8')), _class_name: 'UniPCMultistepScheduler' }));
  await assert.rejects(other.generate(model, testRequest()), {
    name: 'RevisionFault',
    message: /_class_name is "UniPCMultistepScheduler"; wanted DDIMScheduler/,
  });
});
