import { FilmwrightError } from '@filmwright/contracts';

/** Where weights come from, read from its text. */
export type ModelSource =
  | { readonly scheme: 'https'; readonly url: string }
  | { readonly scheme: 'hf'; readonly repository: string; readonly revision: string; readonly path: string | null }
  | { readonly scheme: 'npm' | 'pypi'; readonly name: string; readonly version: string }
  | { readonly scheme: 'file'; readonly path: string };

const wanted = 'wanted https://HOST/FILE, hf:OWNER/NAME@REVISION[/PATH], npm:PACKAGE@VERSION, pypi:PACKAGE==VERSION or file:PATH';
const repository = /^([\w.-]+\/[\w.-]+)(?:@([^/\s]+))?(?:\/(.+))?$/;
const npmName = /^((?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*)@([\w.+-]+)$/i;
const pythonName = /^([a-z0-9][\w.-]*)==([\w.!+-]+)$/i;

/** Reads a source; throws `request-invalid` for anything else. Without a revision a hub repository means `main`, which is pinned when it is looked up. */
export function readSource(text: string): ModelSource {
  const at = text.indexOf(':');
  const [scheme, rest] = [text.slice(0, at), text.slice(at + 1)];
  const refuse = (): never => {
    throw new FilmwrightError('request-invalid', `${JSON.stringify(text)} is no source of weights; ${wanted}.`);
  };
  if (rest === '') return refuse();
  switch (scheme) {
    case 'https':
    case 'http':
      return URL.canParse(text) ? { scheme: 'https', url: text } : refuse();
    case 'hf': {
      const [, name, revision = 'main', path = null] = repository.exec(rest) ?? [];
      return name === undefined ? refuse() : { scheme, repository: name, revision, path };
    }
    case 'npm':
    case 'pypi': {
      const [, name, version] = (scheme === 'npm' ? npmName : pythonName).exec(rest) ?? [];
      return name === undefined || version === undefined ? refuse() : { scheme, name, version };
    }
    case 'file':
      return { scheme, path: rest.replace(/^\/\/(?=\/)/, '') };
    default:
      return refuse();
  }
}

const ownMachine = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether bytes of a source may be changed on their way: it is no more than HTTP, and not of this machine. */
export function isOpenToChange(source: string): boolean {
  const url = /^http:/i.test(source) ? URL.parse(source) : null;
  return url !== null && !ownMachine.test(url.hostname);
}

/** Whether a word is a source, and not the name of a model. */
export function isSource(word: string): boolean {
  return /^(https?|hf|npm|pypi|file):/.test(word);
}

/** Whether a path is meant by a pattern: `*` stands for a part of a name, `**` for any folders. */
export function matchesPattern(path: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\?]/g, '\\$&')
    .replace(/\*\*\/?|\*/g, (stars) => (stars === '*' ? '[^/]*' : stars === '**/' ? '(?:.*/)?' : '.*'));
  return new RegExp(`^${source}$`).test(path);
}
