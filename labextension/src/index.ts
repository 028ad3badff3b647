import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { cellsPlugin } from './cells/plugin';
import { editorPlugin } from './editor/plugin';
import { notebooksPlugin } from './notebook/plugin';
import { panelPlugin } from './panel/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  notebooksPlugin,
  editorPlugin,
  cellsPlugin,
  panelPlugin
];

export default plugins;
