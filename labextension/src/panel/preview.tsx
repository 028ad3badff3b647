import * as React from 'react';
import { IPreview } from '../kernel/snapshot';

/** The beginning of a variable, or why it cannot be shown. */
export function Preview({ preview }: { readonly preview: IPreview | string }): React.ReactElement {
  if (typeof preview === 'string') {
    return <p className="multi-Error">{preview}</p>;
  }
  if (preview.total === null) {
    return (
      <pre className="multi-Log" tabIndex={0}>
        {preview.text}
      </pre>
    );
  }
  return (
    <div className="multi-Log" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th />
            {preview.columns.map((column, index) => (
              <th key={index} title={preview.types[index]}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row, index) => (
            <tr key={index}>
              <th>{preview.labels[index]}</th>
              {row.map((cell, place) => (
                <td key={place}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
