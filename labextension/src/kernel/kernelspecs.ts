/** What is known of the backends before the kernel has said anything: the same as `config_of_kernelspecs` in Python. */
import { KernelSpec } from '@jupyterlab/services';
import { isName } from '../grammar/lines';
import { COMMANDS, INamed, IVocabulary, PARTS } from '../grammar/names';

const DEFAULT = 'python3';

/** Whether a kernelspec is Multi's own, whatever its name. */
export function isMulti(spec: KernelSpec.ISpecModel | undefined): boolean {
  return Boolean((spec?.metadata as Record<string, unknown> | undefined)?.multikernel);
}

/** Return the vocabulary of a Multi without a config file. */
export function vocabularyOf(specs: KernelSpec.ISpecModels | null): IVocabulary {
  const languages = new Map<string, string>();
  for (const spec of Object.values(specs?.kernelspecs ?? {})) {
    if (spec && !isMulti(spec)) {
      languages.set(spec.name.toLowerCase(), spec.language);
    }
  }
  const kernelspecs = [...languages.keys()].sort();
  const standard = languages.has(DEFAULT) ? DEFAULT : (kernelspecs[0] ?? DEFAULT);
  const isFree = (name: string): boolean =>
    isName(name) && !languages.has(name) && !COMMANDS.includes(name) && name !== PARTS;
  const named = kernelspecs.map((kernelspec): INamed & { readonly kernelspec: string } => {
    const language = languages.get(kernelspec) ?? '';
    const name = language.toLowerCase();
    const speakers = kernelspecs.filter(each => languages.get(each)?.toLowerCase() === name);
    const isClear = speakers.includes(standard) ? kernelspec === standard : speakers.length === 1;
    const hasOwnName = !(isClear && isFree(name));
    return {
      name: hasOwnName ? kernelspec : name,
      aliases: hasOwnName ? [] : [kernelspec],
      language,
      group: null,
      kernelspec
    };
  });
  const configured = named.find(backend => backend.kernelspec === standard)?.name ?? standard;
  return { backends: named, configured, commands: COMMANDS };
}
