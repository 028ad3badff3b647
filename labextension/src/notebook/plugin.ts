import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { INotebooks, Notebooks } from './notebooks';

export const notebooksPlugin: JupyterFrontEndPlugin<INotebooks> = {
  id: 'multikernel:notebooks',
  description: 'Knows where each cell of each open notebook runs.',
  autoStart: true,
  provides: INotebooks,
  requires: [INotebookTracker],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker) =>
    new Notebooks(tracker, app.serviceManager.kernelspecs)
};
