## What came in: a value and its node for each name. It is in a file of its own, since a function that is defined again
## forgets, as all of Multi's others are after `clear functions`.

## Return {value, node} of a name, or nothing to compare with; with more arguments, keep them.
function origin = __multikernel_memory__ (name, value, node)
  persistent memory = struct ();
  mlock ();
  origin = {[], {}};
  if (nargin > 1)
    memory.(name) = {value, node};
  elseif (isfield (memory, name))
    origin = memory.(name);
  endif
endfunction
