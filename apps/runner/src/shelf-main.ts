import { FilmwrightError, toProblem } from '@filmwright/contracts';
import { addVoice, installModel, installVoice, type KnownModel, listModels, listVoices } from '@filmwright/engines';

type Request = {
  readonly do: string;
  readonly home: string;
  readonly name?: string;
  readonly folder?: string;
  readonly acceptLicence?: boolean;
};

/** Looks at or fills the shelves of voices and models; the request is its one argument, the answer one line of JSON on standard output. */
async function answer({ do: what, home, name = '', folder = '', acceptLicence = false }: Request): Promise<unknown> {
  switch (what) {
    case 'list-voices':
      return listVoices({ home });
    case 'install-voice':
      return installVoice(name, { home });
    case 'add-voice':
      return addVoice({ home, folder });
    case 'list-models':
      return (await listModels({ home })).map(listed);
    case 'install-model': {
      const { card } = await installModel(name, { home, acceptLicence });
      return listed({ card, installed: true, modelPath: '' });
    }
    default:
      throw new FilmwrightError('request-invalid', `There is no shelf request ${JSON.stringify(what)}.`);
  }
}

function listed({ card, installed }: KnownModel): Record<string, unknown> {
  return { name: card.name, finds: card.finds, licence: card.licence.spdx, bytes: card.bytes, installed };
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
