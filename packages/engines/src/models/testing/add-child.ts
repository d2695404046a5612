// Adds the model that its arguments name (home, hub, repository), for tests that kill it in the middle.
import { addModel } from '../add-model.ts';
import { adding, offer, settingsOf, weightsHome } from './models-home.ts';

const [home = '', hubEndpoint = '', source = ''] = process.argv.slice(2);
await addModel({ ...weightsHome(home), ...adding(offer({ source }), settingsOf({ hubEndpoint })) });
