## Writes values of kinds that there are rarely many of.

function json = __multikernel_write_one__ (value, file, place, old, node, depth)
  if (issparse (value))
    json = __multikernel_refuse__ (place, "sparse matrix", "has no counterpart elsewhere", "full (x)");
  elseif (isnumeric (value) || islogical (value))
    json = __multikernel_elements__ (value, file, __multikernel_class_tag__ (value), size (value), "F", __multikernel_missing__ (value));
  elseif (ischar (value))
    json = __multikernel_char__ (value, file, place);
  elseif (iscell (value))
    json = __multikernel_matrix_of_cells__ (value, file, place, depth);
  elseif (isstruct (value) && isscalar (value))
    json = __multikernel_changed_table__ (value, file, place, old, node);
  elseif (isstruct (value))
    json = __multikernel_structs__ (value, file, place, depth);
  elseif (isa (value, "containers.Map"))
    json = __multikernel_map_node__ (value, file, place, depth);
  elseif (is_function_handle (value))
    json = __multikernel_refuse__ (place, class (value), "is code, and stays in Octave", "func2str (x)");
  elseif (isobject (value))
    json = __multikernel_refuse__ (place, class (value), "is of a class that only Octave has", "struct (x)");
  else
    json = __multikernel_refuse__ (place, class (value), "is of a class that only Octave has", "");
  endif
endfunction

## Of numbers the class, which not all languages have.
function tag = __multikernel_class_tag__ (value)
  tag = "";
  if (isinteger (value) || isa (value, "single"))
    tag = [',"as":"octave:' class(value) '"'];
  endif
endfunction

function tag = __multikernel_tag__ (word, dims)
  tag = sprintf (',"as":"octave:%s %dx%d"', word, dims);
endfunction

## A row is text, or bytes if it is no UTF-8; a matrix of chars is a list of its rows.
function json = __multikernel_char__ (value, file, place)
  if (ndims (value) > 2)
    json = __multikernel_refuse__ (place, "char array of more than two dimensions", "", "cellstr (reshape (x, [], columns (x)))");
  elseif (isempty (value) && rows (value) < 2 && ! isequal (size (value), [0, 0]))
    json = ['{"t":"text"' __multikernel_tag__("char", size (value)) ',"v":""}'];
  elseif (rows (value) > 1)
    lines = num2cell (value, 2).';
    if (any (cellfun (@(line) isempty (__multikernel_codes__ (line)) && ! isempty (line), lines)))
      json = __multikernel_refuse__ (place, "char", "has a row that is no UTF-8", "uint8 (x)");
    else
      lines = cellfun (@(line) __multikernel_text__ (line, file, ""), lines, "UniformOutput", false);
      json = ['{"t":"list"' __multikernel_tag__("char", size (value)) ',"v":[' strjoin(lines, ",") ']}'];
    endif
  elseif (isempty (__multikernel_codes__ (value)) && ! isempty (value))
    json = ['{"t":"bytes","as":"octave:char","data":' __multikernel_put__(file, uint8 (value)) '}'];
  else
    json = __multikernel_text__ (value, file, "");
  endif
endfunction

## A matrix is a list of its rows.
function json = __multikernel_matrix_of_cells__ (value, file, place, depth)
  if (ndims (value) > 2)
    json = __multikernel_refuse__ (place, "cell array of more than two dimensions", "", "num2cell (x, [1, 2])(:).'");
    return;
  endif
  order = reshape (1:numel (value), size (value)).'(:).';
  path = __multikernel_path__ (place);
  known = cell (1, numel (value));
  below = @(at) {path, "cell", order(at)};
  items = __multikernel_write_all__ (value(order), file, below, known, known, false (1, numel (value)), depth + 1);
  lines = __multikernel_joined__ (items, repmat (columns (value), 1, rows (value)));
  lines = strjoin (__multikernel_paste__ ('{"t":"list","v":[', lines, ']}'), ",");
  json = ['{"t":"list"' __multikernel_tag__("cell", size (value)) ',"v":[' lines ']}'];
endfunction

function json = __multikernel_structs__ (value, file, place, depth)
  if (isempty (value))
    json = __multikernel_refuse__ (place, sprintf ("struct array of size %s", __multikernel_size__ (value)), "has no element that others could have", "{}");
  elseif (ndims (value) > 2)
    json = __multikernel_refuse__ (place, sprintf ("struct array of size %s", __multikernel_size__ (value)), "has more than two dimensions", "x(:).'");
  else
    path = __multikernel_path__ (place);
    known = cell (1, numel (value));
    below = @(at) {path, "element", at};
    items = __multikernel_write_all__ (num2cell (value(:).'), file, below, known, known, false (1, numel (value)), depth + 1);
    json = ['{"t":"list"' __multikernel_tag__("struct", size (value)) ',"v":[' strjoin(items, ",") ']}'];
  endif
endfunction

function text = __multikernel_size__ (value)
  text = sprintf ("x%d", size (value))(2:end);
endfunction

## Whether the fields of a struct are columns of one length, of numbers or of texts.
function result = __multikernel_is_table__ (value)
  columns = struct2cell (value);
  is_column = @(item) iscolumn (item) && (isnumeric (item) || islogical (item) || (iscell (item) && all (cellfun (@(text) ischar (text) || isempty (text), item)))) && ! issparse (item);
  result = ! isempty (columns) && all (cellfun (is_column, columns)) && isscalar (unique (cellfun ("numel", columns)));
endfunction

function json = __multikernel_changed_table__ (value, file, place, old, node)
  names = fieldnames (value);
  columns = cell (1, numel (names));
  for position = 1:numel (names)
    name = names{position};
    column = value.(name);
    [is_known, at] = ismember (name, node{3});
    if (is_known && __multikernel_same_all__ ({column}, {old.(name)}))
      columns{position} = __multikernel_as_before__ (column, file, place, node{4}{at}, 0);
    else
      columns{position} = __multikernel_elements__ (column, file, __multikernel_class_tag__ (column), numel (column), "C", __multikernel_missing__ (column));
    endif
  endfor
  node{7} = numel (column);
  json = __multikernel_table__ (names, columns, place, node);
endfunction

function json = __multikernel_map_node__ (value, file, place, depth)
  if (! strcmp (value.KeyType, "char") && value.Count == 0)
    json = __multikernel_refuse__ (place, ["containers.Map with keys of type " value.KeyType], "has keys that are no text", "containers.Map ()");
    return;
  elseif (! strcmp (value.KeyType, "char"))
    json = __multikernel_refuse__ (place, ["containers.Map with keys of type " value.KeyType], "has keys that are no text", ...
                                   'containers.Map (cellfun (@(k) sprintf ("%.17g", k), x.keys (), "UniformOutput", false), x.values (), "UniformValues", false)');
    return;
  endif
  keys = value.keys ();
  path = __multikernel_path__ (place);
  names = __multikernel_quoted__ (keys, @(at) place);
  known = cell (1, numel (keys));
  below = @(at) {path, "key", keys{at}};
  items = __multikernel_write_all__ (value.values (), file, below, known, known, false (1, numel (keys)), depth + 1);
  json = sprintf ('{"t":"dict","as":"octave:containers.Map %s","k":[', value.ValueType);
  json = [json strjoin(names, ",") '],"v":[' strjoin(items, ",") ']}'];
endfunction

## The variables of these names. What is of a class that the user may have written is not asked for its size, and no bytes
## are counted once that has taken 20 ms: whos would count those of each cell.
function answer = __multikernel_variables__ (names)
  shown = names(1:min (numel (names), 1000));
  lines = cell (1, numel (shown));
  begin = tic ();
  for position = 1:numel (shown)
    value = evalin ("base", shown{position});
    dims = "";
    bytes = "null";
    if (! isobject (value) && ! isjava (value))
      if (numel (value) != 1)
        dims = sprintf (" x %d", size (value))(4:end);
      endif
      if (! (iscell (value) || isstruct (value)) || toc (begin) < 0.02)
        bytes = sprintf ("%d", sizeof (value));
      endif
    endif
    lines{position} = sprintf ('["%s","%s","%s",%s]', shown{position}, class (value), dims, bytes);
  endfor
  answer = ['{"variables":[' strjoin(lines, ",") sprintf('],"more":%d}', numel (names) - numel (shown))];
endfunction
