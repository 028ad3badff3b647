## Writes single nodes of a manifest: as they came in, or of a kind of value of Octave's.

## The node that a value came in as, with its buffers rewritten.
function json = __multikernel_as_before__ (value, file, path, node)
  tag = node{2};
  parts = @(values, nodes) cellfun (@(item, origin) __multikernel_as_before__ (item, file, path, origin), values(:), nodes(:), "UniformOutput", false);
  switch (node{1})
    case {"null", "na", "scalar"}
      json = tag;
    case {"text", "textdata"}
      json = __multikernel_text__ (value, file, path, tag);
    case "bytes"
      json = ['{"t":"bytes"' tag ',"data":' __multikernel_put__(file, uint8 (value)) '}'];
    case "list"
      if (! iscell (value) || ! strcmp (node{4}, "cell"))
        json = __multikernel_write__ (value, file, path, [], {});
      else
        json = __multikernel_list__ (parts (value, node{3}), tag);
      endif
    case "packed"
      if (ischar (value))
        value = num2cell (value, 2).';
      endif
      json = ['{"t":"list"' tag ',"packed":' __multikernel_packed__(value, file, node{3}) '}'];
    case "dict"
      json = __multikernel_dict__ (node{3}, parts (struct2cell (value), node{4}), tag, path);
    case "array"
      missing = [];
      if (! isempty (node{7}))
        missing = __multikernel_missing__ (value);
      endif
      json = __multikernel_elements__ (value, file, tag, node{4}, node{5}, missing, any (node{3} == "c"));
    case "factor"
      present = cellfun (@ischar, value);
      codes = -ones (numel (value), 1, "int32");
      [~, found] = ismember (value(present), node{4});
      codes(present) = found - 1;
      levels = __multikernel_elements__ (node{4}, file, node{5}, numel (node{4}), "C", []);
      json = sprintf ('{"t":"factor"%s,"shape":[%d],"ordered":%s,"levels":%s,"data":%s}', tag, numel (codes), node{3}, ...
                      levels, __multikernel_put__ (file, codes));
    case "table"
      json = __multikernel_table__ (fieldnames (value), parts (struct2cell (value), node{4}), path, node);
  endswitch
endfunction

function json = __multikernel_packed__ (value, file, array)
  missing = cellfun (@(item) ! ischar (item) && isempty (item), value);
  if (! strcmp (array{3}, "text"))
    value(missing) = {cast(0, __multikernel_class__ (array{3}))};
    value = [value{:}];
  endif
  json = __multikernel_elements__ (value, file, array{2}, numel (missing), "C", missing);
endfunction

function json = __multikernel_number__ (value)
  type = class (value);
  as = "";
  if (! any (strcmp (type, {"double", "logical", "int64"})))
    as = [',"as":"octave:' type '"'];
  endif
  if (islogical (value))
    json = ['{"t":"bool","v":' {"false", "true"}{value + 1} '}'];
  elseif (isinteger (value))
    json = ['{"t":"int"' as ',"v":"' __multikernel_digits__(value) '"}'];
  elseif (iscomplex (value))
    json = ['{"t":"complex"' as ',"v":["' num2hex(double (real (value))) '","' num2hex(double (imag (value))) '"]}'];
  elseif (isna (value))
    json = ['{"t":"na","as":"octave:NA ' type '","of":"float"}'];
  else
    json = ['{"t":"float"' as ',"v":"' num2hex(double (value)) '"}'];
  endif
endfunction

## The decimal digits of an integer, which printf would take for a double.
function digits = __multikernel_digits__ (value)
  if (value < 0)
    digits = ["-" __multikernel_digits__(uint64 (-(value + 1)) + 1)];
  elseif (value < 1e15)
    digits = sprintf ("%d", value);
  else
    rest = mod (value, cast (1e9, class (value)));
    digits = [__multikernel_digits__((value - rest) / cast (1e9, class (value))) sprintf("%09d", rest)];
  endif
endfunction

## Where there is NA, or where a cell of texts holds none.
function missing = __multikernel_missing__ (value)
  missing = [];
  if (iscell (value))
    missing = ! cellfun (@ischar, value);
  elseif (isfloat (value) && isreal (value))
    missing = isna (value);
  endif
endfunction

## An array node of numbers, or of a cell of texts; with the elements that are missing as zero or the empty text.
## An empty one is not complex in Octave, so what it was is said.
function json = __multikernel_elements__ (value, file, tag, shape, order, missing, is_complex = iscomplex (value))
  arranged = @(array) array;
  if (strcmp (order, "C") && numel (shape) > 1)
    arranged = @(array) permute (array, numel (shape):-1:1);
  endif
  if (! is_complex)
    value = arranged (value);
    missing = arranged (missing);
  endif
  if (any (missing(:)))
    if (iscell (value))
      value(missing) = {""};
    else
      value(missing) = 0;
    endif
  endif
  if (iscell (value))
    dtype = "text";
    data = uint8 (strjoin (value(:).', char (255)));
  elseif (islogical (value))
    dtype = "b1";
    data = uint8 (value);
  elseif (is_complex)
    dtype = {"c16", "c8"}{isa(value, "single") + 1};
    data = [arranged(real (value))(:).'; arranged(imag (value))(:).'];
  else
    dtype = struct ("double", "f8", "single", "f4", "int8", "i1", "int16", "i2", "int32", "i4", "int64", "i8", ...
                    "uint8", "u1", "uint16", "u2", "uint32", "u4", "uint64", "u8").(class (value));
    data = value;
  endif
  json = sprintf ('{"t":"array"%s,"dtype":"%s","shape":[%s],"order":"%s","data":%s', tag, dtype, ...
                  strjoin (arrayfun (@(n) sprintf ("%d", n), shape, "UniformOutput", false), ","), order, __multikernel_put__ (file, data));
  if (any (missing(:)))
    json = [json ',"valid":' __multikernel_put__(file, uint8 (! missing))];
  endif
  json = [json "}"];
endfunction

## Write data, and zeros up to a multiple of 8; return its place.
function place = __multikernel_put__ (file, data)
  begin = ftell (file);
  fwrite (file, data(:), class (data), 0, "ieee-le");
  size = ftell (file) - begin;
  fwrite (file, zeros (mod (-size, 8), 1, "uint8"));
  place = sprintf ("[%d,%d]", begin, size);
endfunction

function json = __multikernel_list__ (items, tag)
  json = ['{"t":"list"' tag ',"v":[' strjoin(reshape (items, 1, []), ",") ']}'];
endfunction

function json = __multikernel_dict__ (keys, items, tag, path)
  names = cellfun (@(key) __multikernel_key__ (key, path), keys(:).', "UniformOutput", false);
  json = ['{"t":"dict"' tag ',"k":[' strjoin(names, ",") '],"v":[' strjoin(items(:).', ",") ']}'];
endfunction

## A data frame of columns that are written already; those of its index are an index as long as all of them are there.
function json = __multikernel_table__ (names, columns, path, node)
  keys = cellfun (@(name) __multikernel_key__ (name, path), names(:).', "UniformOutput", false);
  columns = columns(:).';
  labels = node{3}(1:node{5});
  [is_there, places] = ismember (labels, names);
  index = "null";
  if (! isempty (labels) && all (is_there))
    index = ['{' node{6} ',"columns":[' strjoin(columns(places), ",") ']}'];
    columns(places) = keys(places) = [];
  endif
  json = sprintf ('{"t":"table"%s,"rows":%d,"names":[%s],"columns":[%s],"index":%s}', node{2}, node{7}, ...
                  strjoin (keys, ","), strjoin (columns, ","), index);
endfunction

function json = __multikernel_key__ (key, path)
  if (isempty (__multikernel_codes__ (key)) && ! isempty (key))
    __multikernel_refuse__ (path, "a name that is no UTF-8", "");
  endif
  json = __multikernel_json__ (key);
endfunction

function json = __multikernel_text__ (value, file, path, tag)
  if (numel (value) < 200)
    json = ['{"t":"text"' tag ',"v":' __multikernel_key__(value, path) '}'];
  else
    json = ['{"t":"text"' tag ',"data":' __multikernel_put__(file, uint8 (value)) '}'];
  endif
endfunction

## A JSON string in ASCII; bytes that are no UTF-8 are written as if they were Latin-1.
function json = __multikernel_json__ (text)
  codes = __multikernel_codes__ (text);
  if (isempty (codes))
    codes = double (text);
  endif
  parts = cell (1, numel (codes));
  for position = 1:numel (codes)
    code = codes(position);
    if (code >= 32 && code < 127 && code != 34 && code != 92)
      parts{position} = char (code);
    elseif (code < 65536)
      parts{position} = sprintf ('\\u%04x', code);
    else
      parts{position} = sprintf ('\\u%04x\\u%04x', 55296 + floor ((code - 65536) / 1024), 56320 + mod (code, 1024));
    endif
  endfor
  json = ['"' parts{:} '"'];
endfunction

## The code points of UTF-8; empty if a text is none.
function codes = __multikernel_codes__ (text)
  bytes = double (text(:).');
  starts = find (bytes < 128 | bytes >= 192);
  lengths = diff ([starts, numel(bytes) + 1]);
  lead = bytes(starts);
  size = 1 + (lead >= 192) + (lead >= 224) + (lead >= 240);
  codes = lead - (lead >= 192) .* 192 - (lead >= 224) .* 32 - (lead >= 240) .* 16;
  if (isempty (starts) || starts(1) != 1 || any (lengths != size) || any (lead >= 248))
    codes = [];
    return;
  endif
  for position = 1:3
    more = size > position;
    codes(more) = codes(more) * 64 + bytes(starts(more) + position) - 128;
  endfor
  least = [0, 128, 2048, 65536](size);
  if (any (codes < least | codes > 1114111 | (codes >= 55296 & codes < 57344)))
    codes = [];
  endif
endfunction
