## The beginning of a variable as texts. What is of a class that the user may have written is not asked for anything.

## `sizes` are the most rows and columns, and the longest text in a table and alone.
function answer = __multikernel_preview__ (value, sizes)
  if (isobject (value) || isjava (value))
    error ("it is of class %s, and to show it might run code of its own", class (value));
  endif
  if (ischar (value) && rows (value) <= 1)
    answer = __multikernel_shown__ (value, sizes(4));
  elseif (isstruct (value))
    answer = __multikernel_shown_struct__ (value, sizes);
    return;
  elseif (! (isnumeric (value) || islogical (value) || iscell (value) || ischar (value)))
    answer = __multikernel_shown__ (disp (value)(1:end-1), sizes(4));
  elseif (numel (value) == 1 && ! iscell (value))
    answer = __multikernel_shown__ (__multikernel_part__ (value), sizes(4));
  else
    answer = __multikernel_matrix__ (value, sizes);
    return;
  endif
  answer = ['{"preview":{"text":' answer '}}'];
endfunction

## A row is shown as a column, and what has more than two dimensions by its first plane.
function answer = __multikernel_matrix__ (value, sizes)
  if (ischar (value))
    value = cellstr (value);
  endif
  if (ndims (value) > 2)
    value = value(:, :, 1);
  endif
  if (rows (value) == 1)
    value = value.';
  endif
  shown = value(1:min (rows (value), sizes(1)), 1:min (columns (value), sizes(2)));
  if (! iscell (shown))
    shown = num2cell (full (shown));
  endif
  texts = cellfun (@__multikernel_part__, shown, "UniformOutput", false);
  names = arrayfun (@(at) sprintf ("%d", at), 1:columns (shown), "UniformOutput", false);
  if (columns (value) == 1)
    names = {""};
  endif
  types = repmat ({class(value)}, size (names));
  labels = arrayfun (@(at) sprintf ("%d", at), 1:rows (shown), "UniformOutput", false);
  answer = __multikernel_shown_table__ (names, types, labels, texts, size (value), sizes(3));
endfunction

## One struct has its fields as rows, a struct array as columns.
function answer = __multikernel_shown_struct__ (value, sizes)
  fields = fieldnames (value);
  if (numel (value) == 1)
    shown = fields(1:min (numel (fields), sizes(1)));
    texts = cellfun (@(field) __multikernel_part__ (value.(field)), shown, "UniformOutput", false);
    answer = __multikernel_shown_table__ ({""}, {""}, shown, texts, [numel(fields), 1], sizes(3));
    return;
  endif
  shown = fields(1:min (numel (fields), sizes(2)));
  count = min (numel (value), sizes(1));
  texts = cell (count, numel (shown));
  for at = 1:numel (shown)
    for position = 1:count
      texts{position, at} = __multikernel_part__ (value(position).(shown{at}));
    endfor
  endfor
  labels = arrayfun (@(at) sprintf ("%d", at), 1:count, "UniformOutput", false);
  answer = __multikernel_shown_table__ (shown, repmat ({""}, size (shown)), labels, texts, [numel(value), numel(fields)], sizes(3));
endfunction

function text = __multikernel_part__ (value)
  if (isobject (value) || isjava (value))
    text = class (value);
  elseif (ischar (value) && rows (value) <= 1)
    text = value;
  elseif (numel (value) != 1 || ! (isnumeric (value) || islogical (value)))
    text = [class(value) " (" sprintf(" x %d", size (value))(4:end) ")"];
  elseif (islogical (value))
    text = {"false", "true"}{value + 1};
  elseif (iscomplex (value))
    text = sprintf ("%.15g%+.15gi", real (value), imag (value));
  elseif (isinteger (value))
    text = sprintf ("%d", value);
  elseif (isna (value))
    text = "NA";
  else
    text = sprintf ("%.15g", value);
  endif
endfunction

function answer = __multikernel_shown_table__ (names, types, labels, texts, total, longest)
  lines = cell (1, rows (texts));
  for position = 1:rows (texts)
    lines{position} = __multikernel_shown_texts__ (texts(position, :), longest);
  endfor
  answer = ['{"preview":{"columns":' __multikernel_shown_texts__(names, longest) ',"types":' __multikernel_shown_texts__(types, longest) ...
            ',"labels":' __multikernel_shown_texts__(labels, longest) ',"rows":[' strjoin(lines, ",") sprintf('],"total":[%d,%d]}}', total)];
endfunction

function json = __multikernel_shown_texts__ (texts, longest)
  json = ["[" strjoin(cellfun (@(text) __multikernel_shown__ (text, longest), texts(:).', "UniformOutput", false), ",") "]"];
endfunction

## UTF-8 is not cut within a character; "…" ends what is cut.
function json = __multikernel_shown__ (text, longest)
  if (numel (text) > longest)
    at = longest;
    while (at > 1 && bitand (double (text(at)), 192) == 128)
      at--;
    endwhile
    text = [text(1:at - 1) char([226, 128, 166])];
  endif
  if (all (text >= 32 & text < 127 & text != '"' & text != '\'))
    json = ['"' text '"'];
  else
    json = __multikernel_json__ (text);
  endif
endfunction
