import { FilmwrightError, type ModelsRequest, toProblem } from '@filmwright/contracts';
import { listVoices } from '@filmwright/engines/speech/list-voices';
import { addVoice } from '@filmwright/engines/speech/sherpa/add-voice';
import { installVoice } from '@filmwright/engines/speech/sherpa/install-voice';
import { answerModels } from './models-shelf.ts';

type Request = {
  readonly do: string;
  readonly home: string;
  readonly name?: string;
  readonly folder?: string;
  readonly models?: ModelsRequest;
};

/** Looks at or fills the shelves of voices and models; the request is its one argument, the answer the last line of JSON on standard output. Lines before it tell progress. */
async function answer({ do: what, home, name = '', folder = '', models }: Request): Promise<unknown> {
  switch (what) {
    case 'list-voices':
      return listVoices({ home });
    case 'install-voice':
      return installVoice(name, { home });
    case 'add-voice':
      return addVoice({ home, folder });
    case 'models':
      if (models !== undefined) return answerModels(models, home);
      throw new FilmwrightError('request-invalid', 'The shelf request models wants what to do with them.');
    default:
      throw new FilmwrightError('request-invalid', `There is no shelf request ${JSON.stringify(what)}.`);
  }
}

answer(JSON.parse(process.argv[2] ?? '{}') as Request).then(
  (value) => {
    process.stdout.write(`${JSON.stringify({ value })}\n`);
    process.exit(0);
  },
  (error: unknown) => {
    process.stdout.write(`${JSON.stringify({ problem: toProblem(error) })}\n`);
    process.exit(1);
  },
);
