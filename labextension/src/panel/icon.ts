import { LabIcon } from '@jupyterlab/ui-components';

/** The logo's cards, in the colour of the other icons of the sidebar. */
export const multiIcon = new LabIcon({
  name: 'multikernel:backends',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 64 64">
  <g class="jp-icon3" fill="#616161">
    <rect x="5" y="4" width="17" height="54" rx="8"/>
    <rect x="5" y="4" width="17" height="54" rx="8" transform="rotate(45 13.5 49.5)"/>
    <rect x="5" y="4" width="17" height="54" rx="8" transform="rotate(90 13.5 49.5)"/>
  </g>
</svg>`
});
