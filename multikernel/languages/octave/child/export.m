## How values leave: `old` and `node` are the value and the node that came in under the name, if there are any. Where the
## value is still the same it leaves as it came, with its type in the language that it came from.

function answer = __multikernel_export__ (value, folder, old, node)
  file = fopen ([folder "/data"], "w", "ieee-le");
  unwind_protect
    answer = ['{"value":' __multikernel_write__(value, file, "", old, node) '}'];
  unwind_protect_cleanup
    fclose (file);
  end_unwind_protect
endfunction

function __multikernel_refuse__ (path, type, why)
  words = strjoin (cellfun (@__multikernel_json__, {path, type, why}, "UniformOutput", false), ",");
  error ("multikernel:refused", "%s", ["[" words "]"]);
endfunction

function json = __multikernel_write__ (value, file, path, old, node)
  if (! isempty (node) && __multikernel_same__ (value, old))
    json = __multikernel_as_before__ (value, file, path, node);
  elseif (numel (strsplit (path, "[")) > 100)
    __multikernel_refuse__ (path, "more than 100 levels", "");
  elseif (issparse (value))
    __multikernel_refuse__ (path, "sparse matrix", "cannot leave Octave; use full(x)");
  elseif (isnumeric (value) || islogical (value))
    if (isscalar (value))
      json = __multikernel_number__ (value);
    else
      json = __multikernel_elements__ (value, file, "", size (value), "F", __multikernel_missing__ (value));
    endif
  elseif (ischar (value))
    json = __multikernel_char__ (value, file, path);
  elseif (iscell (value))
    json = __multikernel_cell__ (value, file, path, old, node);
  elseif (isstruct (value))
    json = __multikernel_struct_node__ (value, file, path, old, node);
  elseif (isa (value, "containers.Map"))
    json = __multikernel_map_node__ (value, file, path);
  else
    __multikernel_refuse__ (path, class (value), "");
  endif
endfunction

## Whether two values are the same bit for bit.
function result = __multikernel_same__ (one, other)
  result = false;
  if (! strcmp (class (one), class (other)) || ! isequal (size (one), size (other)))
    return;
  endif
  switch (class (one))
    case {"double", "single"}
      if (issparse (one) || iscomplex (one) != iscomplex (other))
        return;
      endif
      bits = struct ("double", "uint64", "single", "uint32").(class (one));
      result = isequal (typecast (real (one)(:), bits), typecast (real (other)(:), bits)) ...
               && (! iscomplex (one) || isequal (typecast (imag (one)(:), bits), typecast (imag (other)(:), bits)));
    case "cell"
      result = all (cellfun (@__multikernel_same__, one(:), other(:)));
    case "struct"
      result = isequal (fieldnames (one), fieldnames (other)) ...
               && __multikernel_same__ (struct2cell (one), struct2cell (other));
    otherwise
      result = ! isobject (one) && isequal (one, other);
  endswitch
endfunction

