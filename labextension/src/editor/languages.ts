/** Which of the application's languages a backend speaks. */
import { LanguageSupport } from '@codemirror/language';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { MultiNotebook } from '../notebook/notebook';

/** Names that kernels have for what the application calls otherwise. */
const CALLED: Readonly<Record<string, string>> = {
  bash: 'shell',
  fish: 'shell',
  ksh: 'shell',
  sh: 'shell',
  zsh: 'shell',
  python: 'ipython',
  python3: 'ipython',
  scheme: 'scheme',
  'c++': 'cpp',
  'c#': 'csharp',
  'f#': 'fsharp'
};

/** The name of the application's language for a backend; empty where it has none. */
export function languageName(
  notebook: MultiNotebook,
  backend: string,
  registry: IEditorLanguageRegistry
): string {
  const { language = '', mimetype = '' } = notebook.backend(backend) ?? {};
  const name = language.toLowerCase();
  const found =
    registry.findByName(CALLED[name] ?? name) ??
    (mimetype && mimetype !== 'text/plain' ? registry.findByMIME(mimetype) : null);
  return found?.name ?? '';
}

/** The supports of languages, by name; those that the application has not loaded yet are loaded. */
export class Supports {
  constructor(private readonly _registry: IEditorLanguageRegistry) {}

  /** Return what is loaded, or null. */
  get(name: string): LanguageSupport | null {
    return this._loaded.get(name) ?? null;
  }

  /** Load what is not loaded yet. */
  async load(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map(async name => {
        const language =
          name && !this._loaded.has(name) ? await this._registry.getLanguage(name) : null;
        if (language?.support) {
          this._loaded.set(name, language.support);
        }
      })
    );
  }

  private readonly _loaded = new Map<string, LanguageSupport>();
}
