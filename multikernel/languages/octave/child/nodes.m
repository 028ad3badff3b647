## Writes single nodes of a manifest: as they came in, or of a kind of value of Octave's.

## The node that a value came in as, with its buffers rewritten; of kinds that __multikernel_as_before_all__ leaves.
function json = __multikernel_as_before__ (value, file, place, node, depth)
  tag = node{2};
  column = @(item, origin) __multikernel_as_before_all__ ({item}, file, @(at) place, {origin}, depth + 1){1};
  switch (node{1})
    case "textdata"
      json = __multikernel_text__ (value, file, tag);
    case "bytes"
      json = ['{"t":"bytes"' tag ',"data":' __multikernel_put__(file, uint8 (value)) '}'];
    case "packed"
      if (ischar (value))
        value = num2cell (value, 2).';
      endif
      json = ['{"t":"list"' tag ',"packed":' __multikernel_packed__(value, file, node{3}) '}'];
    case "array"
      if (isempty (tag))
        tag = __multikernel_class_tag__ (value);
      endif
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
      columns = cellfun (column, struct2cell (value)(:).', node{4}(:).', "UniformOutput", false);
      json = __multikernel_table__ (fieldnames (value), columns, place, node);
    otherwise
      json = __multikernel_natural_all__ ({value}, file, @(at) place, {[]}, {{}}, depth){1};
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

## Nodes of a row of numbers and truth values, all of one class at once.
function json = __multikernel_numbers__ (values)
  json = cell (1, numel (values));
  classes = cellfun ("class", values, "UniformOutput", false);
  for type = unique (classes)
    chosen = strcmp (classes, type{1});
    as = "";
    if (! any (strcmp (type{1}, {"double", "logical", "int64"})))
      as = [',"as":"octave:' type{1} '"'];
    endif
    if (strcmp (type{1}, "logical"))
      json(chosen) = {'{"t":"bool","v":false}', '{"t":"bool","v":true}'}([values{chosen}] + 1);
    elseif (any (strcmp (type{1}, {"double", "single"})))
      json(chosen) = __multikernel_floats__ (values(chosen), type{1}, as);
    else
      digits = cellfun (@__multikernel_digits__, values(chosen), "UniformOutput", false);
      json(chosen) = __multikernel_paste__ (['{"t":"int"' as ',"v":"'], digits, '"}');
    endif
  endfor
endfunction

function json = __multikernel_floats__ (values, type, as)
  json = cell (1, numel (values));
  hex = @(numbers) cellstr (num2hex (double (numbers(:)))).';
  complex = ! cellfun (@isreal, values);
  missing = ! complex & cellfun (@isna, values);
  plain = ! complex & ! missing;
  json(missing) = {['{"t":"na","as":"octave:NA ' type '","of":"float"}']};
  if (any (plain))
    json(plain) = __multikernel_paste__ (['{"t":"float"' as ',"v":"'], hex ([values{plain}]), '"}');
  endif
  if (any (complex))
    parts = {hex(cellfun (@real, values(complex))), hex(cellfun (@imag, values(complex)))};
    json(complex) = __multikernel_paste__ (['{"t":"complex"' as ',"v":["'], parts{1}, '","', parts{2}, '"]}');
  endif
endfunction

## Nodes of a row of texts that are not empty rows of chars, each with its tag; of a text that is no UTF-8, of bytes.
function json = __multikernel_texts_out__ (texts, file, tags)
  long = cellfun ("numel", texts) >= 200;
  quoted = cell (1, numel (texts));
  quoted(! long) = __multikernel_json_all__ (texts(! long));
  json = __multikernel_paste__ ('{"t":"text"', tags, ',"v":', quoted, '}');
  for at = find (long | cellfun ("isempty", quoted))
    json{at} = __multikernel_char__ (texts{at}, file, {"", "", ""});
    if (long(at))
      json{at} = __multikernel_text__ (texts{at}, file, tags{at});
    endif
  endfor
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
                  sprintf (",%d", shape)(2:end), order, __multikernel_put__ (file, data));
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

## A data frame of columns that are written already; those of its index are an index as long as all of them are there.
function json = __multikernel_table__ (names, columns, place, node)
  keys = __multikernel_quoted__ (names(:).', @(at) place);
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

function json = __multikernel_text__ (value, file, tag)
  if (numel (value) < 200)
    json = ['{"t":"text"' tag ',"v":' __multikernel_json__(value) '}'];
  else
    json = ['{"t":"text"' tag ',"data":' __multikernel_put__(file, uint8 (value)) '}'];
  endif
endfunction

## The names of parts as JSON; `place` returns where the value is whose part has the name.
function json = __multikernel_quoted__ (names, place)
  json = __multikernel_json_all__ (names);
  for at = find (cellfun ("isempty", json))
    json{at} = '""';
    valid = "matlab.lang.makeUniqueStrings (matlab.lang.makeValidName (fieldnames (x)))";
    __multikernel_refuse__ (place (at), "struct", "has a name that is no UTF-8", ["cell2struct (struct2cell (x), " valid ")"]);
  endfor
endfunction

## A row of JSON strings in ASCII; empty where a text is no UTF-8.
function json = __multikernel_json_all__ (texts)
  if (__multikernel_is_plain__ ([texts{:}]))
    json = __multikernel_paste__ ('"', texts, '"');
    return;
  endif
  json = cell (1, numel (texts));
  plain = cellfun (@__multikernel_is_plain__, texts);
  json(plain) = __multikernel_paste__ ('"', texts(plain), '"');
  for at = find (! plain)
    if (isempty (__multikernel_codes__ (texts{at})))
      json{at} = "";
    else
      json{at} = __multikernel_json__ (texts{at});
    endif
  endfor
endfunction

function result = __multikernel_is_plain__ (text)
  result = all (text >= 32 & text < 127 & text != 34 & text != 92);
endfunction

## A JSON string in ASCII; bytes that are no UTF-8 are written as if they were Latin-1.
function json = __multikernel_json__ (text)
  codes = __multikernel_codes__ (text);
  if (isempty (codes))
    codes = double (text);
  endif
  parts = cell (1, numel (codes));
  plain = codes >= 32 & codes < 127 & codes != 34 & codes != 92;
  parts(plain) = num2cell (char (codes(plain)));
  for position = find (! plain)
    code = codes(position);
    if (code < 65536)
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
