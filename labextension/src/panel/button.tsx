import { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

interface IProps {
  readonly icon: LabIcon;
  /** What it does, for those who point at it and for screen readers. */
  readonly label: string;
  readonly isPressed?: boolean;
  onClick(): void;
}

/** A small button with an icon. */
export function IconButton({ icon, label, isPressed, onClick }: IProps): React.ReactElement {
  return (
    <button
      type="button"
      className="multi-IconButton"
      title={label}
      aria-label={label}
      aria-pressed={isPressed}
      onClick={onClick}
    >
      <icon.react tag="span" elementSize="normal" />
    </button>
  );
}
