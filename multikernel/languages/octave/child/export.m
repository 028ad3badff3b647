## How values leave: `old` and `node` are the value and the node that came in under the name, if there are any. Where the
## value is still the same it leaves as it came, with its type in the language that it came from.
##
## A row of values is written at once, and so are all their parts, level by level: a call for each would take most of the
## time. `path` returns, for a position in the row, where that is: the path of what it is in, how it is reached, and by
## which key.

function answer = __multikernel_export__ (name, value, folder, old, node)
  file = fopen ([folder "/data"], "w", "ieee-le");
  unwind_protect
    json = __multikernel_write_all__ ({value}, file, @(at) {"", "", ""}, {old}, {node}, false, 0){1};
  unwind_protect_cleanup
    fclose (file);
  end_unwind_protect
  refused = __multikernel_refused__ ();
  if (isempty (refused))
    answer = ['{"value":' json '}'];
  else
    answer = ['{"refused":[' strjoin(__multikernel_refusals__ (name, refused), ",") ']}'];
  endif
endfunction

## `same` says of which values it is known that they are the same as the old ones.
function json = __multikernel_write_all__ (values, file, path, olds, nodes, same, depth)
  json = cell (1, numel (values));
  unsure = ! same & ! cellfun ("isempty", nodes);
  same(unsure) = __multikernel_same_all__ (values(unsure), olds(unsure));
  found = find (same);
  if (any (same))
    json(found) = __multikernel_as_before_all__ (values(found), file, @(at) path (found(at)), nodes(found), depth);
  endif
  found = find (! same);
  if (! all (same))
    json(found) = __multikernel_natural_all__ (values(found), file, @(at) path (found(at)), olds(found), nodes(found), depth);
  endif
endfunction

## Values that are not what came in, or have a part that is not.
function json = __multikernel_natural_all__ (values, file, path, olds, nodes, depth)
  json = cell (1, numel (values));
  flat = cellfun ("ndims", values) == 2;
  counts = cellfun ("numel", values);
  plain = (cellfun (@isnumeric, values) | cellfun ("islogical", values)) & counts == 1 & ! cellfun (@issparse, values);
  json(plain) = __multikernel_numbers__ (values(plain));
  texts = cellfun ("isclass", values, "char") & flat & cellfun ("size", values, 1) == 1 & counts > 0 & counts < 200;
  json(texts) = __multikernel_texts_out__ (values(texts), file, repmat ({""}, 1, nnz (texts)));
  is_row = cellfun ("size", values, 1) <= 1 | cellfun ("size", values, 2) <= 1;
  lists = cellfun ("isclass", values, "cell") & flat & is_row;
  found = find (lists);
  if (! isempty (found))
    json(found) = __multikernel_lists__ (values(found), file, @(at) path (found(at)), olds(found), nodes(found), depth);
  endif
  dicts = cellfun ("isclass", values, "struct") & counts == 1;
  for at = find (dicts)
    dicts(at) = isempty (nodes{at}) || ! strcmp (nodes{at}{1}, "table") || ! __multikernel_is_table__ (values{at});
  endfor
  found = find (dicts);
  if (! isempty (found))
    json(found) = __multikernel_dicts__ (values(found), file, @(at) path (found(at)), olds(found), nodes(found), depth);
  endif
  for at = find (! (plain | texts | lists | dicts))
    json{at} = __multikernel_write_one__ (values{at}, file, path (at), olds{at}, nodes{at}, depth);
  endfor
endfunction

## Values that are what came in.
function json = __multikernel_as_before_all__ (values, file, path, nodes, depth)
  json = cell (1, numel (values));
  kinds = cellfun (@(node) node{1}, nodes, "UniformOutput", false);
  tags = cellfun (@(node) node{2}, nodes, "UniformOutput", false);
  done = strcmp (kinds, "scalar") | strcmp (kinds, "null") | strcmp (kinds, "na");
  json(done) = tags(done);
  texts = strcmp (kinds, "text");
  json(texts) = __multikernel_texts_out__ (values(texts), file, tags(texts));
  lists = strcmp (kinds, "list");
  for at = find (lists)
    lists(at) = iscell (values{at}) && strcmp (nodes{at}{4}, "cell");
  endfor
  if (any (lists))
    items = cellfun (@(value) reshape (value, 1, []), values(lists), "UniformOutput", false);
    below = cellfun (@(node) reshape (node{3}, 1, []), nodes(lists), "UniformOutput", false);
    bodies = __multikernel_below__ (items, file, @(at) path (1), {}, below, true, depth);
    json(lists) = __multikernel_paste__ ('{"t":"list"', tags(lists), ',"v":[', bodies, ']}');
  endif
  dicts = strcmp (kinds, "dict");
  if (any (dicts))
    items = cellfun (@(value) struct2cell (value).', values(dicts), "UniformOutput", false);
    keys = cellfun (@(node) reshape (node{3}, 1, []), nodes(dicts), "UniformOutput", false);
    below = cellfun (@(node) reshape (node{4}, 1, []), nodes(dicts), "UniformOutput", false);
    bodies = __multikernel_below__ (items, file, @(at) path (1), {}, below, true, depth);
    names = __multikernel_joined__ (__multikernel_quoted__ ([keys{:}], @(at) path (1)), cellfun ("numel", keys));
    json(dicts) = __multikernel_paste__ ('{"t":"dict"', tags(dicts), ',"k":[', names, '],"v":[', bodies, ']}');
  endif
  for at = find (! (done | texts | lists | dicts))
    json{at} = __multikernel_as_before__ (values{at}, file, path (at), nodes{at}, depth);
  endfor
endfunction

## The parts of several values, each given as a row of them, as a JSON text of each, without brackets.
function bodies = __multikernel_below__ (items, file, path, olds, nodes, same, depth)
  counts = cellfun ("numel", items);
  flat = horzcat (cell (1, 0), items{:});
  nodes = horzcat (cell (1, 0), nodes{:});
  if (same)
    olds = nodes;
  else
    olds = horzcat (cell (1, 0), olds{:});
  endif
  if (depth >= 100 && ! isempty (flat))
    json = cell (1, numel (flat));
    json(:) = __multikernel_refuse__ (path (1), "more than 100 levels", "is too deep to leave Octave", "");
  else
    json = __multikernel_write_all__ (flat, file, path, olds, nodes, repmat (same, 1, numel (flat)), depth + 1);
  endif
  bodies = __multikernel_joined__ (json, counts);
endfunction

## Rows of texts, put together element by element; what is one text is put to each.
function texts = __multikernel_paste__ (varargin)
  count = max ([cellfun(@(part) iscell (part) * numel (part), varargin), 0]);
  parts = cell (nargin, count);
  for position = 1:nargin
    if (iscell (varargin{position}))
      parts(position,:) = varargin{position};
    else
      parts(position,:) = {varargin{position}};
    endif
  endfor
  texts = mat2cell (reshape (["" parts{:}], 1, []), 1, sum (reshape (cellfun ("numel", parts), nargin, count), 1));
endfunction

## Texts joined by commas, so many for each.
function joined = __multikernel_joined__ (texts, counts)
  lengths = cellfun ("numel", texts) + 1;
  ends = [0, cumsum(lengths)];
  last = cumsum (counts);
  sizes = diff ([0, ends(last + 1)]);
  texts = __multikernel_paste__ (texts, ",");
  joined = mat2cell (reshape (["" texts{:}], 1, []), 1, sizes);
  joined = cellfun (@(text) text(1:end - 1), joined, "UniformOutput", false);
endfunction

## What leads to a part of the value that holds it: the last value that begins before it.
function place = __multikernel_place__ (at, counts, path, how, key)
  begins = cumsum ([0, counts(1:end - 1)]);
  owner = find (begins < at & counts > 0, 1, "last");
  place = {__multikernel_path__(path (owner)), how, key(owner, at - begins(owner))};
endfunction

## A row is a list, and so is a column, with its size in the tag.
function json = __multikernel_lists__ (values, file, path, olds, nodes, depth)
  counts = cellfun ("numel", values);
  tags = repmat ({""}, 1, numel (values));
  odd = cellfun ("size", values, 1) != 1 | counts == 0;
  odd &= cellfun ("size", values, 1) != 0 | cellfun ("size", values, 2) != 0;
  tags(odd) = cellfun (@(value) __multikernel_tag__ ("cell", size (value)), values(odd), "UniformOutput", false);
  items = cellfun (@(value) reshape (value, 1, []), values, "UniformOutput", false);
  before = below = cellfun (@(value) cell (1, numel (value)), values, "UniformOutput", false);
  for at = find (! cellfun ("isempty", nodes))
    if (strcmp (nodes{at}{1}, "list") && iscell (olds{at}))
      known = 1:min ([counts(at), numel(nodes{at}{3}), numel(olds{at})]);
      below{at}(known) = nodes{at}{3}(known);
      before{at}(known) = olds{at}(known);
      if (rows (values{at}) == 1)
        tags{at} = nodes{at}{2};
      endif
    endif
  endfor
  place = @(at) __multikernel_place__ (at, counts, path, "cell", @(owner, position) position);
  bodies = __multikernel_below__ (items, file, place, before, below, false, depth);
  json = __multikernel_paste__ ('{"t":"list"', tags, ',"v":[', bodies, ']}');
endfunction

function json = __multikernel_dicts__ (values, file, path, olds, nodes, depth)
  tags = repmat ({""}, 1, numel (values));
  keys = cellfun (@(value) fieldnames (value).', values, "UniformOutput", false);
  items = cellfun (@(value) struct2cell (value).', values, "UniformOutput", false);
  counts = cellfun ("numel", items);
  before = below = cellfun (@(row) cell (1, numel (row)), items, "UniformOutput", false);
  for at = find (! cellfun ("isempty", nodes))
    if (strcmp (nodes{at}{1}, "dict") && isstruct (olds{at}))
      tags{at} = nodes{at}{2};
      [is_known, places] = ismember (keys{at}, nodes{at}{3});
      is_known &= isfield (olds{at}, keys{at});
      below{at}(is_known) = nodes{at}{4}(places(is_known));
      before{at}(is_known) = cellfun (@(key) olds{at}.(key), keys{at}(is_known), "UniformOutput", false);
    endif
  endfor
  place = @(at) __multikernel_place__ (at, counts, path, "field", @(owner, position) keys{owner}{position});
  above = @(at) path (find (cumsum (counts) >= at, 1));
  names = __multikernel_joined__ (__multikernel_quoted__ ([keys{:}], above), counts);
  bodies = __multikernel_below__ (items, file, place, before, below, false, depth);
  json = __multikernel_paste__ ('{"t":"dict"', tags, ',"k":[', names, '],"v":[', bodies, ']}');
endfunction
