## What leaves of Octave's own kinds of values that are no numbers, and the list of variables.

function tag = __multikernel_tag__ (words, dims)
  tag = sprintf (',"as":"octave:%s%s"', words, sprintf (" %dx%d", dims));
endfunction

function json = __multikernel_char__ (value, file, path)
  if (ndims (value) > 2)
    __multikernel_refuse__ (path, "char array of more than two dimensions", "");
  elseif (isempty (value) && rows (value) < 2)
    tag = "";
    if (! isequal (size (value), [0, 0]))
      tag = __multikernel_tag__ ("char", size (value));
    endif
    json = ['{"t":"text"' tag ',"v":""}'];
  elseif (rows (value) != 1)
    lines = cellfun (@(line) __multikernel_text__ (line, file, path, ""), num2cell (value, 2), "UniformOutput", false);
    json = __multikernel_list__ (lines, __multikernel_tag__ ("char", size (value)));
  elseif (isempty (__multikernel_codes__ (value)))
    json = ['{"t":"bytes","as":"octave:char","data":' __multikernel_put__(file, uint8 (value)) '}'];
  else
    json = __multikernel_text__ (value, file, path, "");
  endif
endfunction

## A row is a list, a matrix is one of rows, with its size in the tag.
function json = __multikernel_cell__ (value, file, path, old, node)
  if (ndims (value) > 2)
    __multikernel_refuse__ (path, "cell array of more than two dimensions", "");
  endif
  tag = "";
  if (! isequal (size (value), [0, 0]) && (rows (value) != 1 || isempty (value)))
    tag = __multikernel_tag__ ("cell", size (value));
  endif
  known = {};
  if (! isempty (node) && strcmp (node{1}, "list") && iscell (old))
    known = node{3};
    if (rows (value) == 1)
      tag = node{2};
    endif
  endif
  items = cell (1, numel (value));
  for position = 1:numel (value)
    if (position <= numel (known) && position <= numel (old))
      items{position} = __multikernel_write__ (value{position}, file, sprintf ("%s[%d]", path, position - 1), old{position}, known{position});
    else
      items{position} = __multikernel_write__ (value{position}, file, sprintf ("%s[%d]", path, position - 1), [], {});
    endif
  endfor
  if (rows (value) > 1 && columns (value) > 1)
    items = reshape (items, size (value));
    items = arrayfun (@(row) __multikernel_list__ (items(row,:), ""), 1:rows (value), "UniformOutput", false);
  endif
  json = __multikernel_list__ (items, tag);
endfunction

function json = __multikernel_struct_node__ (value, file, path, old, node)
  if (! isscalar (value))
    if (isempty (value) || ndims (value) > 2)
      __multikernel_refuse__ (path, sprintf ("struct array of size %s", strjoin (cellstr (num2str (size (value).')).', "x")), "");
    endif
    items = arrayfun (@(item) __multikernel_struct_node__ (item, file, path, [], {}), value(:).', "UniformOutput", false);
    json = __multikernel_list__ (items, __multikernel_tag__ ("struct", size (value)));
    return;
  endif
  known = struct ();
  tag = "";
  if (! isempty (node) && any (strcmp (node{1}, {"dict", "table"})) && isstruct (old))
    known = __multikernel_struct__ (node{3}, node{4});
    if (strcmp (node{1}, "table") && __multikernel_is_table__ (value))
      json = __multikernel_changed_table__ (value, file, path, old, node, known);
      return;
    elseif (strcmp (node{1}, "dict"))
      tag = node{2};
    endif
  endif
  keys = fieldnames (value);
  items = cell (1, numel (keys));
  for position = 1:numel (keys)
    key = keys{position};
    below = [path "['" key "']"];
    if (isfield (known, key) && isfield (old, key) && ! strcmp (node{1}, "table"))
      items{position} = __multikernel_write__ (value.(key), file, below, old.(key), known.(key));
    else
      items{position} = __multikernel_write__ (value.(key), file, below, [], {});
    endif
  endfor
  json = __multikernel_dict__ (keys, items, tag, path);
endfunction

## Whether the fields of a struct are columns of one length, of numbers or of texts.
function result = __multikernel_is_table__ (value)
  columns = struct2cell (value);
  is_column = @(item) iscolumn (item) && (isnumeric (item) || islogical (item) || (iscell (item) && all (cellfun (@(text) ischar (text) || isempty (text), item))));
  result = ! isempty (columns) && all (cellfun (is_column, columns)) && isscalar (unique (cellfun ("numel", columns)));
endfunction

function json = __multikernel_changed_table__ (value, file, path, old, node, known)
  names = fieldnames (value);
  columns = cell (1, numel (names));
  for position = 1:numel (names)
    name = names{position};
    column = value.(name);
    if (isfield (known, name) && __multikernel_same__ (column, old.(name)))
      columns{position} = __multikernel_as_before__ (column, file, path, known.(name));
    else
      columns{position} = __multikernel_elements__ (column, file, "", numel (column), "C", __multikernel_missing__ (column));
    endif
  endfor
  node{7} = numel (column);
  json = __multikernel_table__ (names, columns, path, node);
endfunction

function json = __multikernel_map_node__ (value, file, path)
  if (! strcmp (value.KeyType, "char"))
    __multikernel_refuse__ (path, ["containers.Map with keys of type " value.KeyType], "");
  endif
  keys = value.keys ();
  items = cellfun (@(key) __multikernel_write__ (value(key), file, [path "['" key "']"], [], {}), keys, "UniformOutput", false);
  json = __multikernel_dict__ (keys, items, sprintf (',"as":"octave:containers.Map %s"', value.ValueType), path);
endfunction

function answer = __multikernel_variables__ (found)
  shown = min (numel (found), 1000);
  lines = cell (1, shown);
  for position = 1:shown
    one = found(position);
    dims = "";
    if (prod (one.size) != 1)
      dims = strjoin (arrayfun (@(n) sprintf ("%d", n), one.size, "UniformOutput", false), " x ");
    endif
    lines{position} = sprintf ('["%s","%s","%s",%d]', one.name, one.class, dims, one.bytes);
  endfor
  answer = ['{"variables":[' strjoin(lines, ",") sprintf('],"more":%d}', numel (found) - shown)];
endfunction
