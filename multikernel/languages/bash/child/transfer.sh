# Sourced by the user's shell as: . transfer.sh ACTION FOLDER [NAME]. This runs in the shell itself, and so makes no
# variable and changes no option; what writes values works in a subshell, from which nothing comes back.

# The line that sources this is not one of the user's.
if [[ -o history && "$(\builtin history 1)" == *"$2"* ]]; then \builtin history -d -1; fi

if [[ "$1" == import ]]; then
  . "$2/import.sh" || \builtin :
else
  ( . "${BASH_SOURCE[0]%/*}/$1.sh" "$2" "${3-}" ) || \builtin :
fi
