import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICellModel } from '@jupyterlab/cells';
import {
  EditorExtensionRegistry,
  IEditorExtensionRegistry,
  IEditorLanguageRegistry
} from '@jupyterlab/codemirror';
import { INotebooks } from '../notebook/notebooks';
import { cellExtension } from './extension';
import { Supports } from './languages';

export const editorPlugin: JupyterFrontEndPlugin<void> = {
  id: 'multikernel:editor',
  description: 'Colours header lines, and each body in the language of its backend.',
  autoStart: true,
  requires: [INotebooks, IEditorExtensionRegistry, IEditorLanguageRegistry],
  activate: (
    _: JupyterFrontEnd,
    notebooks: INotebooks,
    extensions: IEditorExtensionRegistry,
    registry: IEditorLanguageRegistry
  ) => {
    const shared = { notebooks, registry, supports: new Supports(registry) };
    extensions.addExtension({
      name: 'multikernel:cell',
      factory: ({ inline, model }) =>
        inline
          ? EditorExtensionRegistry.createImmutableExtension(
              cellExtension(model as ICellModel, shared)
            )
          : null
    });
  }
};
