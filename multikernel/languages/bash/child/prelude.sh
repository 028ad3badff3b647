# Puts a subshell into a known state. All names begin with __multikernel_, since the user's are here too.

POSIXLY_CORRECT=1
\unset -f unset set trap shopt builtin declare printf exec return exit compgen read local :
\set +efuxC +o posix
\trap - DEBUG ERR EXIT RETURN
\shopt -u nocasematch expand_aliases
IFS=$' \t\n'
LC_ALL=C
__multikernel_folder=$1
__multikernel_name=$2

__multikernel_answer() {
  printf '%s' "$1" > "$__multikernel_folder/answer.json"
}

# UTF-8, as bytes in the C locale.
__multikernel_utf8=$'^([\x01-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}'
__multikernel_utf8+=$'|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})*$'

# Whether a text is UTF-8; in pieces, since regular expressions take quadratic time.
__multikernel_is_text() {
  [[ $1 == *[!$'\x01'-$'\x7f']* ]] || return 0
  local begin=0 length
  while (( begin < ${#1} )); do
    length=1000
    while [[ ${1:begin+length:1} == [$'\x80'-$'\xbf'] ]] && (( length < 1004 )); do (( length++ )); done
    [[ ${1:begin:length} =~ $__multikernel_utf8 ]] || return 1
    (( begin += length ))
  done
}

# Leaves UTF-8 as a JSON string in ASCII in __multikernel_json.
__multikernel_escape() {
  local byte code more=0 units=''
  __multikernel_json=\"$1\"
  [[ $1 == *[!\ -~]* || $1 == *[\"\\]* ]] || return 0
  for (( __multikernel_at = 0; __multikernel_at < ${#1}; __multikernel_at++ )); do
    printf -v byte '%d' "'${1:__multikernel_at:1}"
    (( byte &= 255 ))
    if (( byte < 128 )); then (( code = byte ))
    elif (( byte < 192 )); then (( code = code << 6 | byte & 63, more-- ))
    elif (( byte < 224 )); then (( code = byte & 31, more = 1 ))
    elif (( byte < 240 )); then (( code = byte & 15, more = 2 ))
    else (( code = byte & 7, more = 3 ))
    fi
    (( more )) && continue
    if (( code > 65535 )); then
      printf -v byte '\\u%04x\\u%04x' "$(( 55296 + (code - 65536 >> 10) ))" "$(( 56320 + (code & 1023) ))"
    else
      printf -v byte '\\u%04x' "$code"
    fi
    units+=$byte
  done
  __multikernel_json=\"$units\"
}
