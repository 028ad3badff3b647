## How values enter. The nodes are cells that Multi has made of a checked manifest: a kind, the JSON by which the value goes
## back (the whole node, or its tag), and what the kind needs.

## What Multi runs. `name` and `folder` are several in an import; `given` is whether that is a trial, whether a variable
## exists, with the sizes of a preview where it is one, or the names of all.
function __multikernel__ (action, name, folder, given)
  last = lasterr ();
  at = 0;
  max_recursion_depth (1000, "local");
  __multikernel_refused__ ({});
  try
    switch (action)
      case "import"
        values = nodes = cell (size (name));
        for position = 1:numel (name)
          at = position - 1;
          nodes{position} = load ("-binary", [folder{position} "/value.bin"]).node;
          values{position} = __multikernel_import__ (nodes{position}, folder{position});
        endfor
        folder = folder{1};
        if (! given)
          for position = 1:numel (name)
            assignin ("base", name{position}, values{position});
            __multikernel_memory__ (name{position}, values{position}, nodes{position});
          endfor
        endif
        answer = '{"done":true}';
      case "export"
        if (given == 1)
          answer = __multikernel_export__ (name, evalin ("base", name), folder, __multikernel_memory__ (name){:});
        else
          answer = '{"missing":true}';
        endif
      case "variables"
        answer = __multikernel_variables__ (given);
      case "preview"
        if (given(1) == 1)
          answer = __multikernel_preview__ (evalin ("base", name), given(2:end));
        else
          answer = '{"missing":true}';
        endif
    endswitch
  catch failure
    lasterr (last);
    if (iscell (folder))
      folder = folder{1};
    endif
    answer = sprintf ('{"failed":%s,"at":%d}', __multikernel_json__ (failure.message), at);
  end_try_catch
  file = fopen ([folder "/answer.json"], "w");
  fwrite (file, answer);
  fclose (file);
endfunction

function value = __multikernel_import__ (node, folder)
  file = fopen ([folder "/data"], "r", "ieee-le");
  unwind_protect
    value = __multikernel_build_all__ ({node}, file){1};
  unwind_protect_cleanup
    if (file >= 0)
      fclose (file);
    endif
  end_unwind_protect
endfunction

## The values of a row of nodes. Those of a kind are made at once, and so are those of all lists, level by level: a call for
## each value would take most of the time.
function values = __multikernel_build_all__ (nodes, file)
  values = cell (1, numel (nodes));
  kinds = cellfun (@(node) node{1}, nodes, "UniformOutput", false);
  chosen = strcmp (kinds, "scalar");    # JSON, value
  if (any (chosen))
    parts = vertcat (nodes{chosen});
    values(chosen) = parts(:,3);
  endif
  chosen |= strcmp (kinds, "null");     # JSON
  texts = strcmp (kinds, "text");       # tag, text, size if it is empty
  if (any (texts))
    parts = vertcat (nodes{texts});
    empty = cellfun ("isempty", parts(:,3));
    parts(empty,3) = cellfun (@(dims) reshape ("", dims), parts(empty,4), "UniformOutput", false);
    values(texts) = parts(:,3);
    chosen |= texts;
  endif
  lists = strcmp (kinds, "list");       # tag, items, how they are held, size
  if (any (lists))
    parts = vertcat (nodes{lists});
    items = __multikernel_build_below__ (parts(:,3), file);
    plain = strcmp (parts(:,4), "cell").' & ! cellfun ("isempty", items) & cellfun (@(dims) dims(1) == 1, parts(:,5)).';
    for at = find (! plain)
      items{at} = __multikernel_hold__ (items{at}, parts{at,4:5});
    endfor
    values(lists) = items;
    chosen |= lists;
  endif
  dicts = strcmp (kinds, "dict");       # tag, keys, items, type of the values of a containers.Map
  if (any (dicts))
    parts = vertcat (nodes{dicts});
    items = __multikernel_build_below__ (parts(:,4), file);
    values(dicts) = cellfun (@__multikernel_struct__, parts(:,3).', items, parts(:,5).', "UniformOutput", false);
    chosen |= dicts;
  endif
  for position = find (! chosen)
    values{position} = __multikernel_build__ (nodes{position}, file);
  endfor
endfunction

## The values of several rows of nodes, as rows.
function values = __multikernel_build_below__ (rows, file)
  counts = cellfun ("numel", rows);
  made = __multikernel_build_all__ (horzcat (cell (1, 0), rows{:}), file);
  values = mat2cell (made, 1, counts);
endfunction

function value = __multikernel_build__ (node, file)
  switch (node{1})
    case "na"        # JSON, class
      value = cast (NA, node{3});
    case "textdata"  # tag, place
      value = char (__multikernel_read__ (file, node{3}, "uint8").');
    case "bytes"     # tag, place, is char
      value = reshape (__multikernel_read__ (file, node{3}, "uint8"), 1, []);
      if (node{4})
        value = char (value);
      endif
    case "packed"    # tag, array without validity, place of validity, how they are held, size
      value = __multikernel_array__ (node{3}, file, false);
      if (iscomplex (value))
        value = arrayfun (@complex, real (value), imag (value), "UniformOutput", false);
      elseif (! iscell (value))
        value = num2cell (value);
      endif
      if (! isempty (node{4}))
        value(! __multikernel_read__ (file, node{4}, "uint8")) = {[]};
      endif
      if (! strcmp (node{5}, "char"))
        value = reshape (value, node{6});
      elseif (all (cellfun (@(line) ischar (line) && numel (line) == node{6}(2), value)))
        value = reshape (vertcat (value{:}), node{6});
      endif
    case "factor"    # as __multikernel_column__ has it
      value = reshape (__multikernel_column__ (node, file), 1, []);
    case "array"     # tag, dtype, shape, order, place, place of validity, class that it once had
      value = __multikernel_array__ (node, file, false);
    case "table"     # tag, names, columns, count of those that are the index, JSON of the index's own names
      items = cellfun (@(item) __multikernel_column__ (item, file), node{4}, "UniformOutput", false);
      value = __multikernel_struct__ (node{3}, items);
  endswitch
endfunction

## Items as a cell of some size, as a char matrix, or as an array of structs.
function value = __multikernel_hold__ (items, holder, dims)
  switch (holder)
    case {"char", "struct"}
      value = reshape (vertcat (items{:}), dims);
    case "rows"
      value = vertcat (items{:});
    otherwise
      value = reshape (items, dims);
  endswitch
endfunction

## A struct, or a containers.Map with values of a type.
function value = __multikernel_struct__ (keys, items, type = "")
  if (! isempty (type))
    value = containers.Map ("KeyType", "char", "ValueType", type);
    for position = 1:numel (keys)
      value(keys{position}) = items{position};
    endfor
  elseif (isempty (keys))
    value = struct ();
  elseif (any (cellfun ("isempty", keys)))
    ## cell2struct has no empty names.
    value = struct ();
    for position = 1:numel (keys)
      value.(keys{position}) = items{position};
    endfor
  else
    value = cell2struct (items(:), keys(:), 1);
  endif
endfunction

function value = __multikernel_column__ (node, file)
  switch (node{1})
    case "array"
      value = __multikernel_array__ (node, file, true);
    case "factor"    # tag, ordered, levels, tag of the levels, place
      codes = __multikernel_read__ (file, node{6}, "int32") + 1;
      value = cell (numel (codes), 1);
      value(codes > 0) = node{4}(codes(codes > 0));
    otherwise
      value = reshape (__multikernel_build_all__ ({node}, file){1}, [], 1);
  endswitch
endfunction

## The elements of an array in its shape; one of one dimension is a row, or a column of a data frame. A complex one is put
## together last, since all that is done with it makes it real where its imaginary parts are zero.
function value = __multikernel_array__ (node, file, is_column)
  [dtype, shape, order, place, validity] = node{3:7};
  if (isscalar (shape) && is_column)
    shape = [shape, 1];
  elseif (isscalar (shape))
    shape = [1, shape];
  endif
  switch (dtype)
    case {"c8", "c16"}
      parts = reshape (__multikernel_read__ (file, place, __multikernel_class__ (dtype)), 2, []);
      if (strcmp (node{8}, "single"))
        parts = __multikernel_cast__ (parts, "single");
      endif
      value = complex (__multikernel_shape__ (parts(1,:), shape, order), __multikernel_shape__ (parts(2,:), shape, order));
      return;
    case "b1"
      value = logical (__multikernel_read__ (file, place, "uint8"));
    case "text"
      value = __multikernel_texts__ (__multikernel_read__ (file, place, "uint8"), prod (shape));
    otherwise
      value = __multikernel_read__ (file, place, __multikernel_class__ (dtype));
  endswitch
  if (! isempty (validity))
    missing = ! __multikernel_read__ (file, validity, "uint8");
    if (iscell (value))
      value(missing) = {[]};
    else
      value(missing) = NA;
    endif
  endif
  value = __multikernel_shape__ (value, shape, order);
  if (! isempty (node{8}) && ! iscell (value))
    value = __multikernel_cast__ (value, node{8});
  endif
endfunction

## Numbers of a class, if they are the same there.
function value = __multikernel_cast__ (value, type)
  made = cast (value, type);
  back = cast (made, class (value));
  if (isequal (__multikernel_bits__ (back(:)), __multikernel_bits__ (value(:))))
    value = made;
  endif
endfunction

function value = __multikernel_shape__ (value, shape, order)
  if (strcmp (order, "F"))
    value = reshape (value, shape);
  else
    value = permute (reshape (value, fliplr (shape)), numel (shape):-1:1);
  endif
endfunction

function name = __multikernel_class__ (dtype)
  names = struct ("f8", "double", "f4", "single", "c16", "double", "c8", "single", "b1", "logical");
  if (isfield (names, dtype))
    name = names.(dtype);
  else
    name = [strrep(strrep (dtype(1), "i", "int"), "u", "uint") sprintf("%d", 8 * str2double (dtype(2)))];
  endif
endfunction

## Texts are joined by a byte that UTF-8 does not have.
function value = __multikernel_texts__ (bytes, count)
  value = cell (count, 1);
  ends = [find(bytes == 255); numel(bytes) + 1];
  if (count > 0 && numel (ends) != count)
    error ("%d texts where %d should be", numel (ends), count);
  endif
  begin = 1;
  text = char (bytes.');
  for position = 1:count
    value{position} = text(begin:ends(position) - 1);
    begin = ends(position) + 1;
  endfor
  value(cellfun ("isempty", value)) = {""};
endfunction

function value = __multikernel_read__ (file, place, type)
  value = zeros (0, 1, type);
  if (place(2) > 0)
    fseek (file, place(1), SEEK_SET);
    value = fread (file, place(2) / sizeof (zeros (1, type)), [type "=>" type], 0, "ieee-le");
    if (numel (value) * sizeof (zeros (1, type)) != place(2))
      error ("the data file ends early");
    endif
  endif
endfunction
