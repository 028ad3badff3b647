## What cannot leave, and what to run instead. In `instead` x stands for the part; it is written as Octave writes it.

## Note a refusal, and return what stands for the part.
function json = __multikernel_refuse__ (place, type, why, instead)
  json = '{"t":"null"}';
  __multikernel_refused__ ([__multikernel_refused__(), {{place, type, why, instead}}]);
endfunction

## The refusals so far; an argument replaces them.
function found = __multikernel_refused__ (now)
  persistent refused = {};
  if (nargin > 0)
    refused = now;
  endif
  found = refused;
endfunction

## How a part is written after the name of a variable.
function text = __multikernel_path__ (place)
  switch (place{2})
    case "cell"
      text = sprintf ("%s{%d}", place{1}, place{3});
    case "element"
      text = sprintf ("%s(%d)", place{1}, place{3});
    case "field"
      if (isvarname (place{3}))
        text = [place{1} "." place{3}];
      else
        text = [place{1} ".(" __multikernel_literal__(place{3}) ")"];
      endif
    case "key"
      text = [place{1} "(" __multikernel_literal__(place{3}) ")"];
    otherwise
      text = place{1};
  endswitch
endfunction

function text = __multikernel_literal__ (key)
  text = ['"' undo_string_escapes(key) '"'];
endfunction

## Rows of path, type and why. Parts of one value that need the same are one row.
function rows = __multikernel_refusals__ (name, refused)
  rows = groups = {};
  for each = refused
    [place, type, why, instead] = each{1}{:};
    group = strjoin ({place{1:2}, type, why, instead}, "\n");
    [is_known, at] = ismember (group, groups);
    if (! is_known)
      groups{end + 1} = group;
      rows{end + 1} = {};
      at = numel (rows);
    endif
    rows{at}{end + 1} = each{1};
  endfor
  rows = cellfun (@(group) __multikernel_refusal__ (name, group), rows, "UniformOutput", false);
endfunction

function json = __multikernel_refusal__ (name, group)
  [place, type, why, instead] = group{1}{:};
  if (isempty (why))
    why = "cannot be copied";
  endif
  if (numel (group) > 1)
    why = sprintf ("and %d more like it: %s", numel (group) - 1, why);
  endif
  if (! isempty (instead))
    why = [why "; run `" __multikernel_statement__(name, cellfun (@(each) each{1}, group, "UniformOutput", false), instead) "` first"];
  endif
  texts = {__multikernel_path__(place), type, why};
  json = ["[" strjoin(cellfun (@__multikernel_json__, texts, "UniformOutput", false), ",") "]"];
endfunction

function code = __multikernel_statement__ (name, places, instead)
  put = @(x) [x " = " regexprep(instead, '\<x\>', strrep (strrep (x, '\', '\\'), '$', '\$')) ";"];
  [above, how, key] = places{1}{:};
  keys = cellfun (@(place) place{3}, places, "UniformOutput", false);
  if (isscalar (places))
    code = put ([name __multikernel_path__(places{1})]);
  elseif (any (strcmp (how, {"cell", "element"})))
    part = sprintf ({"%s%s{k}", "%s%s(k)"}{1 + strcmp(how, "element")}, name, above);
    code = sprintf ("for k = %s, %s end", mat2str ([keys{:}]), put (part));
  else
    part = sprintf ({"%s%s.(k{1})", "%s%s(k{1})"}{1 + strcmp(how, "key")}, name, above);
    literals = strjoin (cellfun (@__multikernel_literal__, keys, "UniformOutput", false), ", ");
    code = sprintf ("for k = {%s}, %s end", literals, put (part));
  endif
endfunction
