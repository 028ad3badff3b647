/** What a name in a header line means; the same as multikernel/core/cells/names.py. */
import { isName, isTarget } from './lines';

/** What there is to name, as the kernel or the kernelspecs tell it. */
export interface IVocabulary {
  readonly backends: readonly INamed[];
  /** The configured default backend; `%%use` does not change it. */
  readonly configured: string;
  readonly commands: readonly string[];
}

export interface INamed {
  /** As one types it. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** As the kernelspec or the config states it; empty where neither does. */
  readonly language: string;
  /** The name of those that `count` makes, of which this is one. */
  readonly group: string | null;
  /** More names of that group. */
  readonly groupAliases?: readonly string[];
}

export const PARTS = 'parts';

/** The commands of a kernel that does not tell which it has. */
export const COMMANDS = 'use backends start stop restart interrupt log vars wait help'.split(' ');

export class Names {
  constructor(vocabulary: IVocabulary) {
    this._configured = vocabulary.configured;
    this._commands = new Set(vocabulary.commands);
    for (const backend of vocabulary.backends) {
      for (const alias of backend.aliases) {
        this._owners.set(alias.toLowerCase(), backend.name);
      }
      for (const group of backend.group === null
        ? []
        : [...(backend.groupAliases ?? []), backend.group]) {
        append(this._groups, group.toLowerCase(), backend.name);
      }
      const language = backend.language.toLowerCase();
      this._languages.set(backend.name, language);
      if (isName(language)) {
        append(this._speakers, language, backend.name);
      }
    }
    for (const backend of vocabulary.backends) {
      this._owners.set(backend.name.toLowerCase(), backend.name);
    }
  }

  isCommand(name: string): boolean {
    return this._commands.has(name.toLowerCase());
  }

  /** Whether a header line of this name is Multi's; a list is if one of its names is. */
  isKnown(name: string): boolean {
    return name
      .toLowerCase()
      .split(',')
      .some(
        each =>
          this._owners.has(each) ||
          this._groups.has(each.split('[')[0] ?? '') ||
          this._speakers.has(each) ||
          this._commands.has(each) ||
          each === PARTS
      );
  }

  /** The backends that a name means: several for that of a group; none where it means none, or not one clearly. */
  findAll(name: string): readonly string[] {
    const found = this.find(name);
    return this._groups.get(name.toLowerCase()) ?? (found === null ? [] : [found]);
  }

  /** The backend that a name means. */
  find(name: string): string | null {
    name = name.toLowerCase();
    const owner = this._owners.get(name);
    if (owner !== undefined || this._groups.has(name.split('[')[0] ?? '')) {
      return owner ?? null;
    }
    const speakers = this._speakers.get(name) ?? [];
    if (speakers.includes(this._configured)) {
      return this._configured;
    }
    return speakers.length === 1 ? (speakers[0] ?? null) : null;
  }

  /** Whether a header line of this name is for several backends. */
  isSeveral(name: string): boolean {
    return name.includes(',') || this._groups.has(name.toLowerCase());
  }

  /** In lower case; empty where it is not known. */
  languageOf(backend: string): string {
    return this._languages.get(backend) ?? '';
  }

  /** What a picker offers: each group and each backend that can be typed, sorted. */
  offered(): string[] {
    const names = [...this._groups.keys(), ...[...this._owners.values()].filter(isTarget)];
    return [...new Set(names)].sort();
  }

  private readonly _configured: string;
  private readonly _commands: ReadonlySet<string>;
  /** Name or alias -> backend. */
  private readonly _owners = new Map<string, string>();
  /** Name or alias of several backends of one kernelspec -> these. */
  private readonly _groups = new Map<string, string[]>();
  private readonly _languages = new Map<string, string>();
  /** Language -> backends. */
  private readonly _speakers = new Map<string, string[]>();
}

function append(table: Map<string, string[]>, key: string, value: string): void {
  const values = table.get(key);
  if (values) {
    values.push(value);
  } else {
    table.set(key, [value]);
  }
}
