## Whether values are the same bit for bit, each with the other of its place in a row.

function result = __multikernel_same_all__ (values, others)
  result = false (1, numel (values));
  if (isempty (values))
    return;
  endif
  classes = cellfun ("class", values, "UniformOutput", false);
  alike = strcmp (classes, cellfun ("class", others, "UniformOutput", false)) ...
          & cellfun ("ndims", values) == cellfun ("ndims", others) ...
          & cellfun ("size", values, 1) == cellfun ("size", others, 1) ...
          & cellfun ("size", values, 2) == cellfun ("size", others, 2) ...
          & cellfun ("numel", values) == cellfun ("numel", others);
  floats = strcmp (classes, "double") | strcmp (classes, "single");
  alike &= ! (floats & (cellfun (@issparse, values) | cellfun (@iscomplex, values) != cellfun (@iscomplex, others)));
  alone = cellfun ("numel", values) == 1 & cellfun (@isreal, values);
  for type = {"double", "single", "logical", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
    chosen = alike & alone & strcmp (classes, type{1});
    if (any (chosen))
      result(chosen) = __multikernel_bits__ ([values{chosen}]) == __multikernel_bits__ ([others{chosen}]);
    endif
  endfor
  texts = alike & strcmp (classes, "char");
  result(texts) = strcmp (values(texts), others(texts));
  cells = alike & strcmp (classes, "cell");
  if (any (cells))
    row = @(value) reshape (value, 1, []);
    result(cells) = __multikernel_same_below__ (cellfun (row, values(cells), "UniformOutput", false), ...
                                                cellfun (row, others(cells), "UniformOutput", false));
  endif
  structs = alike & strcmp (classes, "struct");
  if (any (structs))
    result(structs) = __multikernel_same_structs__ (values(structs), others(structs));
  endif
  for at = find (alike & ! (alone & ! structs & ! cells | texts | cells | structs))
    result(at) = __multikernel_same__ (values{at}, others{at});
  endfor
endfunction

function result = __multikernel_same_below__ (rows, others)
  result = true (1, numel (rows));
  counts = cellfun ("numel", rows);
  same = __multikernel_same_all__ (horzcat (cell (1, 0), rows{:}), horzcat (cell (1, 0), others{:}));
  owners = repelems (1:numel (rows), [1:numel(rows); counts]);
  result(owners(! same)) = false;
endfunction

function result = __multikernel_same_structs__ (values, others)
  names = cellfun (@(value) fieldnames (value).', values, "UniformOutput", false);
  result = cellfun ("size", names, 2) == cellfun (@numfields, others);
  result(result) = cellfun (@(one, other) all (strcmp (one, fieldnames (other).')), names(result), others(result));
  if (! any (result))
    return;
  endif
  parts = @(value) reshape (struct2cell (value), 1, []);
  result(result) = __multikernel_same_below__ (cellfun (parts, values(result), "UniformOutput", false), ...
                                               cellfun (parts, others(result), "UniformOutput", false));
endfunction

function bits = __multikernel_bits__ (numbers)
  bits = numbers;
  if (isfloat (numbers))
    bits = typecast (numbers, struct ("double", "uint64", "single", "uint32").(class (numbers)));
  endif
endfunction

## Of one value, which is not of the kinds that are many: its class and size are the other's.
function result = __multikernel_same__ (one, other)
  if (isobject (one) || is_function_handle (one) || ! isequal (size (one), size (other)))
    result = false;
  elseif (isfloat (one))
    result = isequal (__multikernel_bits__ (real (one)(:)), __multikernel_bits__ (real (other)(:))) ...
             && isequal (__multikernel_bits__ (imag (one)(:)), __multikernel_bits__ (imag (other)(:)));
  else
    result = isequal (one, other);
  endif
endfunction
