# Writes the beginning of a variable's value as texts; the file `sizes` has how many elements, and how long a text in a table
# and alone may be.

. "${BASH_SOURCE[0]%/*}/prelude.sh" "$1" "$2"

read -r __multikernel_rows __multikernel_longest __multikernel_longest_text < "$__multikernel_folder/sizes"

# Leaves a text as JSON in __multikernel_json, cut between two characters, "…" at its end. What is no UTF-8 is shown as bash
# would have it typed.
__multikernel_show() {
  local text=$1 at=$2
  if (( ${#text} > at )); then
    (( at-- ))
    while (( at > 0 )) && [[ ${text:at:1} == [$'\x80'-$'\xbf'] ]]; do (( at-- )); done
    text=${text:0:at}$'\xe2\x80\xa6'
  fi
  __multikernel_is_text "$text" || printf -v text '%q' "${1:0:$2 / 4 - 1}"
  __multikernel_escape "$text"
}

if [[ -R $__multikernel_name ]]; then
  __multikernel_answer '{"failed":"it is a reference to another variable"}'
  exit
fi
__multikernel_declared=$(declare -p "$__multikernel_name" 2>/dev/null)
if [[ $__multikernel_declared != *=* ]]; then
  __multikernel_answer '{"missing":true}'
  exit
fi
declare -n __multikernel_value=$__multikernel_name
case ${__multikernel_value@a} in
  *[aA]*)
    __multikernel_labels=
    __multikernel_lines=
    for __multikernel_key in "${!__multikernel_value[@]}"; do
      (( __multikernel_rows-- > 0 )) || break
      __multikernel_show "$__multikernel_key" "$__multikernel_longest"
      __multikernel_labels+=,$__multikernel_json
      __multikernel_show "${__multikernel_value[$__multikernel_key]}" "$__multikernel_longest"
      __multikernel_lines+=,[$__multikernel_json]
    done
    __multikernel_answer "{\"preview\":{\"columns\":[\"\"],\"types\":[\"\"],\"labels\":[${__multikernel_labels:1}],\"rows\":[${__multikernel_lines:1}],\"total\":[${#__multikernel_value[@]},1]}}"
    ;;
  *)
    __multikernel_show "$__multikernel_value" "$__multikernel_longest_text"
    __multikernel_answer "{\"preview\":{\"text\":$__multikernel_json}}"
    ;;
esac
