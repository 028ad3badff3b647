## How values enter. The nodes are literals that Multi has made of a checked manifest: cells of a kind, of JSON by which
## the value goes back (the whole node, or its tag), and of what the kind needs.

## What Multi runs. `given` is whether the variable exists, its node, or what whos says.
function __multikernel__ (action, name, folder, given)
  last = lasterr ();
  try
    switch (action)
      case "import"
        value = __multikernel_import__ (given, folder);
        assignin ("base", name, value);
        __multikernel_memory__ (name, value, given);
        answer = '{"done":true}';
      case "export"
        if (given == 1)
          answer = __multikernel_export__ (evalin ("base", name), folder, __multikernel_memory__ (name){:});
        else
          answer = '{"missing":true}';
        endif
      case "variables"
        answer = __multikernel_variables__ (given);
    endswitch
  catch failure
    lasterr (last);
    if (strcmp (failure.identifier, "multikernel:refused"))
      answer = ['{"refused":[' failure.message ']}'];
    else
      answer = ['{"failed":' __multikernel_json__(failure.message) '}'];
    endif
  end_try_catch
  file = fopen ([folder "/answer.json"], "w");
  fwrite (file, answer);
  fclose (file);
endfunction

function value = __multikernel_import__ (node, folder)
  file = fopen ([folder "/data"], "r", "ieee-le");
  unwind_protect
    value = __multikernel_build__ (node, file);
  unwind_protect_cleanup
    if (file >= 0)
      fclose (file);
    endif
  end_unwind_protect
endfunction

function value = __multikernel_build__ (node, file)
  switch (node{1})
    case "null"      # JSON
      value = [];
    case "na"        # JSON, class
      value = cast (NA, node{3});
    case "scalar"    # JSON, class, bytes, bytes of an imaginary part
      value = __multikernel_scalar__ (node{3}, node{4});
      if (! isempty (node{5}))
        value = complex (value, __multikernel_scalar__ (node{3}, node{5}));
      endif
    case "text"      # tag, text, size if it is empty
      value = node{3};
      if (isempty (value))
        value = reshape (value, node{4});
      endif
    case "textdata"  # tag, place
      value = char (__multikernel_read__ (file, node{3}, "uint8").');
    case "bytes"     # tag, place, is char
      value = reshape (__multikernel_read__ (file, node{3}, "uint8"), 1, []);
      if (node{4})
        value = char (value);
      endif
    case "list"      # tag, items, how they are held, size
      items = cellfun (@(item) __multikernel_build__ (item, file), node{3}, "UniformOutput", false);
      value = __multikernel_hold__ (items, node{4}, node{5});
    case "packed"    # tag, array without validity, place of validity, how they are held, size
      value = __multikernel_array__ (node{3}, file, false);
      if (! iscell (value))
        value = num2cell (value);
      endif
      if (! isempty (node{4}))
        value(! __multikernel_read__ (file, node{4}, "uint8")) = {[]};
      endif
      if (! strcmp (node{5}, "char"))
        value = reshape (value, node{6});
      elseif (all (cellfun (@(line) ischar (line) && numel (line) == node{6}(2), value)))
        value = vertcat (value{:});
      endif
    case "dict"      # tag, keys, items, type of the values of a containers.Map
      items = cellfun (@(item) __multikernel_build__ (item, file), node{4}, "UniformOutput", false);
      if (isempty (node{5}))
        value = __multikernel_struct__ (node{3}, items);
      else
        value = __multikernel_map__ (node{3}, items, node{5});
      endif
    case "factor"    # as __multikernel_column__ has it
      value = reshape (__multikernel_column__ (node, file), 1, []);
    case "array"     # tag, dtype, shape, order, place, place of validity
      value = __multikernel_array__ (node, file, false);
    case "table"     # tag, names, columns, count of those that are the index, JSON of the index's own names
      items = cellfun (@(item) __multikernel_column__ (item, file), node{4}, "UniformOutput", false);
      value = __multikernel_struct__ (node{3}, items);
  endswitch
endfunction

function value = __multikernel_scalar__ (type, bytes)
  if (strcmp (type, "logical"))
    value = logical (bytes);
  else
    value = typecast (uint8 (bytes), type);
  endif
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

function value = __multikernel_struct__ (keys, items)
  value = struct ();
  for position = 1:numel (keys)
    value.(keys{position}) = items{position};
  endfor
endfunction

function value = __multikernel_map__ (keys, items, type)
  value = containers.Map ("KeyType", "char", "ValueType", type);
  for position = 1:numel (keys)
    value(keys{position}) = items{position};
  endfor
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
      value = reshape (__multikernel_build__ (node, file), [], 1);
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
