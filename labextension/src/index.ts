import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { cellsPlugin } from './cells/plugin';
import { editorPlugin } from './editor/plugin';
import { notebooksPlugin } from './notebook/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [notebooksPlugin, editorPlugin, cellsPlugin];

export default plugins;
