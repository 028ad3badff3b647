# Writes the value of a variable.

. "${BASH_SOURCE[0]%/*}/prelude.sh" "$1" "$2"

# Says what the variable is, why it cannot leave, and what to run first.
__multikernel_refuse() {
  local word words=\"\"
  for word in "$1" "$2; run \`$3\` first"; do
    __multikernel_escape "$word"
    words+=,$__multikernel_json
  done
  __multikernel_answer "{\"refused\":[[$words]]}"
  exit
}

# Leaves attributes and value of what `declare -p` says in __multikernel_state, without what does not count for whether it is
# still the same: that it is exported. It is empty if there is no value.
__multikernel_state() {
  __multikernel_flags=${1#declare -}
  __multikernel_flags=${__multikernel_flags%% *}
  __multikernel_state=
  if [[ $1 == *=* ]]; then __multikernel_state="${__multikernel_flags//x/} ${1#*=}"; fi
}

__multikernel_size=0

# Appends a text to the data, and zeros up to a multiple of 8; leaves its place in __multikernel_place.
__multikernel_put() {
  __multikernel_place="[$__multikernel_size,${#1}]"
  printf '%s' "$1" >&3
  __multikernel_size=$(( __multikernel_size + ${#1} ))
  while (( __multikernel_size % 8 )); do
    printf '\0' >&3
    __multikernel_size=$(( __multikernel_size + 1 ))
  done
}

# Leaves the node of a text in __multikernel_node; of an integer, where the variable is declared as such and holds one. The
# second argument are the attributes of a variable that is no array.
__multikernel_element() {
  if [[ $__multikernel_flags == *i* && $1 =~ ^(0|-?[1-9][0-9]*)$ ]]; then
    __multikernel_node="{\"t\":\"int\",\"as\":\"bash:integer${2/i/}\",\"v\":\"$1\"}"
    __multikernel_node=${__multikernel_node/ -\"/\"}
    return
  fi
  local as=${2:+\"as\":\"bash:text$2\",}
  __multikernel_put "$1"
  if __multikernel_is_text "$1"; then
    __multikernel_node="{\"t\":\"text\",$as\"data\":$__multikernel_place}"
  else
    __multikernel_node="{\"t\":\"bytes\",\"as\":\"bash:text${2-}\",\"data\":$__multikernel_place}"
  fi
}

if [[ -R $__multikernel_name ]]; then
  declare -n __multikernel_other=$__multikernel_name
  __multikernel_name=${!__multikernel_other}
  unset -n __multikernel_other
  [[ $__multikernel_name == *[!a-zA-Z0-9_]* ]] && __multikernel_refuse 'reference' 'refers to an element of an array' \
    "REPLY=\$$2; unset -n $2; $2=\$REPLY"
fi
__multikernel_state "$(declare -p "$__multikernel_name" 2>/dev/null)"
__multikernel_now=$__multikernel_state
__multikernel_attributes=${__multikernel_flags//[!ilucrtx]/}
__multikernel_attributes=${__multikernel_attributes:+ -$__multikernel_attributes}
if [[ -z $__multikernel_now ]]; then
  __multikernel_answer '{"missing":true}'
  exit
fi
exec 3> "$__multikernel_folder/data"

# What came in, and is still the same, leaves as it came.
if [[ $(declare -p __multikernel__ 2>/dev/null) == 'declare -A'* ]]; then
  __multikernel_state "${__multikernel__[$__multikernel_name]-}"
  if [[ $__multikernel_now == "$__multikernel_state" ]]; then
    printf -- "${__multikernel__["$__multikernel_name data"]}" >&3
    __multikernel_answer "{\"value\":${__multikernel__["$__multikernel_name json"]}}"
    exit
  fi
fi

declare -n __multikernel_value=$__multikernel_name
__multikernel_flags=${__multikernel_now%% *}
__multikernel_nodes=
__multikernel_keys=
__multikernel_next=0
__multikernel_holes=
__multikernel_single=
[[ $__multikernel_flags == *i* ]] && __multikernel_single=1
case $__multikernel_flags in
  *[aA]*)
    for __multikernel_at in "${!__multikernel_value[@]}"; do
      if [[ $__multikernel_flags == *A* ]]; then
        __multikernel_is_text "$__multikernel_at" || __multikernel_refuse 'associative array' 'has a key that is no UTF-8' \
          "for k in \"\${!$2[@]}\"; do iconv -f utf-8 -t utf-8 <<< \"\$k\" >/dev/null 2>&1 || { REPLY=\${$2[\$k]}; unset '$2[\$k]'; $2[\$(iconv -f latin1 -t utf-8 <<< \"\$k\")]=\$REPLY; }; done"
      else
        (( __multikernel_at == __multikernel_next++ )) || __multikernel_holes=1 __multikernel_single=1
        __multikernel_is_text "${__multikernel_value[__multikernel_at]}" || __multikernel_single=1
      fi
    done
    ;;&
  *A*)
    for __multikernel_key in "${!__multikernel_value[@]}"; do
      __multikernel_escape "$__multikernel_key"
      __multikernel_keys+=,$__multikernel_json
      __multikernel_element "${__multikernel_value[$__multikernel_key]}"
      __multikernel_nodes+=,$__multikernel_node
    done
    __multikernel_as=${__multikernel_attributes:+\"as\":\"bash:associative$__multikernel_attributes\",}
    __multikernel_node="{\"t\":\"dict\",$__multikernel_as\"k\":[${__multikernel_keys:1}],\"v\":[${__multikernel_nodes:1}]}"
    ;;
  *a*)
    __multikernel_as=${__multikernel_attributes:+\"as\":\"bash:list$__multikernel_attributes\",}
    if [[ $__multikernel_next != 0 && -z $__multikernel_single ]]; then
      # Texts are joined by a byte that UTF-8 does not have.
      IFS=$'\xff'
      __multikernel_put "${__multikernel_value[*]}"
      __multikernel_node="{\"t\":\"array\",\"dtype\":\"text\",\"shape\":[$__multikernel_next],\"data\":$__multikernel_place}"
      __multikernel_answer "{\"value\":{\"t\":\"list\",$__multikernel_as\"packed\":$__multikernel_node}}"
      exit
    fi
    for __multikernel_at in "${!__multikernel_value[@]}"; do
      __multikernel_element "${__multikernel_value[__multikernel_at]}"
      __multikernel_nodes+=,$__multikernel_node
      __multikernel_keys+=,\"$__multikernel_at\"
    done
    __multikernel_node="{\"t\":\"list\",$__multikernel_as\"v\":[${__multikernel_nodes:1}]}"
    if [[ $__multikernel_holes ]]; then
      __multikernel_as="\"as\":\"bash:indexed$__multikernel_attributes\","
      __multikernel_node="{\"t\":\"dict\",$__multikernel_as\"k\":[${__multikernel_keys:1}],\"v\":[${__multikernel_nodes:1}]}"
    fi
    ;;
  *)
    __multikernel_element "$__multikernel_value" "$__multikernel_attributes"
    ;;
esac
__multikernel_answer "{\"value\":$__multikernel_node}"
