/** The CodeMirror extension of a cell's editor: it colours header lines and bodies. */
import { Compartment, Extension, Prec } from '@codemirror/state';
import { Decoration, DecorationSet, EditorView, ViewPlugin, ViewUpdate } from '@codemirror/view';
import { ICellModel } from '@jupyterlab/cells';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IDisposable } from '@lumino/disposable';
import { ICell, parse } from '../grammar/parser';
import { IRegion, regionsOf } from '../grammar/regions';
import { ICellState } from '../notebook/cells';
import { MultiNotebook } from '../notebook/notebook';
import { INotebooks } from '../notebook/notebooks';
import { headerDecorations } from './decorations';
import { cellLanguage } from './language';
import { languageName, Supports } from './languages';

/** The colours are those that the application gives the cell. */
const OWN = '';
const LANGUAGES = 'in ';

/** What all cells share. */
export interface IShared {
  readonly notebooks: INotebooks;
  readonly registry: IEditorLanguageRegistry;
  readonly supports: Supports;
}

/** Return the extension for the editor of a cell. */
export function cellExtension(model: ICellModel, shared: IShared): Extension {
  const slot = new Compartment();
  const plugin = ViewPlugin.define(view => new CellColours(view, model, slot, shared), {
    decorations: value => value.decorations
  });
  // The language that the application sets is in the same facet, where the first value counts.
  return [Prec.highest(slot.of([])), plugin];
}

class CellColours {
  constructor(
    private readonly _view: EditorView,
    model: ICellModel,
    private readonly _slot: Compartment,
    private readonly _shared: IShared
  ) {
    // A view may not be changed while it is being made.
    queueMicrotask(() => {
      if (!this._isDestroyed) {
        this._watch = _shared.notebooks.watch(model, (state, notebook) => {
          this._take(state, notebook);
        });
      }
    });
  }

  decorations: DecorationSet = Decoration.none;

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      this._decorate();
    }
  }

  destroy(): void {
    this._isDestroyed = true;
    this._watch?.dispose();
  }

  /** Show what the text and the texts above it say of the cell. */
  private _take(state: ICellState | null, notebook: MultiNotebook): void {
    this._state = state;
    this._notebook = notebook;
    this._decorate();
    const names = state ? this._languages(state) : [];
    const isOwn = state?.how === 'default' || (state?.how === 'none' && names.length <= 1);
    const key = !state || isOwn ? OWN : `${LANGUAGES}${names.join()}`;
    if (key !== this._key) {
      this._key = key;
      void this._apply(key, names);
    } else {
      // Decorations are read again with the next update.
      this._view.dispatch({});
    }
  }

  private async _apply(key: string, names: readonly string[]): Promise<void> {
    await this._shared.supports.load(names);
    if (this._isDestroyed || this._key !== key) {
      return;
    }
    const supports = names
      .map(name => this._shared.supports.get(name))
      .filter(support => support !== null);
    const division = {
      regions: (code: string): readonly IRegion[] => {
        const cell = this._read(code);
        return cell && this._state ? regionsOf(cell, this._state.current) : [];
      },
      support: (backend: string) => this._shared.supports.get(this._languageName(backend))
    };
    const name = names.length > 1 ? 'multi' : names[0]?.toLowerCase() || 'text';
    const language = key !== OWN ? cellLanguage(name, division, supports) : [];
    this._view.dispatch({ effects: this._slot.reconfigure(Prec.highest(language)) });
  }

  /** The names of the languages of a cell's bodies. */
  private _languages({ cell, current }: ICellState): string[] {
    const bodies = regionsOf(cell, current).filter(region => region.kind === 'body');
    const backends =
      cell.parts.length > 0 ? bodies.map(body => body.backend) : [cell.targets[0] ?? current];
    return [...new Set(backends.map(backend => (backend ? this._languageName(backend) : '')))];
  }

  private _languageName(backend: string): string {
    return this._notebook ? languageName(this._notebook, backend, this._shared.registry) : '';
  }

  private _read(code: string): ICell | null {
    return this._state && parse(code, this._state.names, this._state.current);
  }

  private _decorate(): void {
    const { doc } = this._view.state;
    const cell = this._read(doc.toString());
    this.decorations = cell ? headerDecorations(cell, doc) : Decoration.none;
  }

  private _state: ICellState | null = null;
  private _notebook: MultiNotebook | null = null;
  private _watch: IDisposable | null = null;
  private _key = OWN;
  private _isDestroyed = false;
}
