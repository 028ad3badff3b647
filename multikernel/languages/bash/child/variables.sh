# Lists the variables that are neither bash's own nor of the environment that it was started in, as far as they are named
# in the file `environment`.

. "${BASH_SOURCE[0]%/*}/prelude.sh" "$1" ''

declare -A __multikernel_given=()
while read -r __multikernel_line; do
  __multikernel_given[$__multikernel_line]=1
done < "$__multikernel_folder/environment"

# Of the environment are also what it was when the shell began, and what startup files export beside: PYENV_SHELL, where
# PYENV_ROOT is there.
if [[ -r /proc/$$/environ ]]; then
  while IFS= read -r -d '' __multikernel_line; do
    __multikernel_given[${__multikernel_line%%=*}]=1
  done < /proc/$$/environ
fi
declare -A __multikernel_families=()
for __multikernel_line in "${!__multikernel_given[@]}"; do
  [[ $__multikernel_line == [!_]*_* ]] && __multikernel_families[${__multikernel_line%%_*}]=1
done

# A command substitution would copy the process once more. Sizes are counted for 20 ms.
compgen -v > "$__multikernel_folder/names"
mapfile -t __multikernel_names < "$__multikernel_folder/names"
__multikernel_begin=${EPOCHREALTIME/./}
__multikernel_count=0
__multikernel_rows=
for __multikernel_line in "${__multikernel_names[@]}"; do
  case $__multikernel_line in
    __multikernel_* | BASH* | COMP_* | DIRSTACK | EPOCH* | EUID | FUNCNAME | GROUPS | HIST* | HOSTNAME | HOSTTYPE | IFS | LC_ALL | LINENO | MACHTYPE \
      | MAILCHECK | OLDPWD | OPTERR | OPTIND | OSTYPE | PIPESTATUS | POSIXLY_CORRECT | PPID | PROMPT_COMMAND | PS[0124] | PWD | RANDOM | SECONDS \
      | SHELLOPTS | JPY_* | NOTEBOOK_BASH_KERNEL_CAPABILITIES | PAGER | SHLVL | SRANDOM | UID | COLUMNS | LINES | _) continue ;;
  esac
  [[ ${__multikernel_given[$__multikernel_line]-} ]] && continue
  __multikernel_name=$__multikernel_line
  if [[ -R $__multikernel_name ]]; then
    __multikernel_flags=n
  else
    # Those of an element that is not there, since its value would be expanded.
    declare -n __multikernel_value=$__multikernel_name
    __multikernel_flags=${__multikernel_value[9223372036854775807]@a}
    unset -n __multikernel_value
  fi
  [[ $__multikernel_flags == *x* && ${__multikernel_families[${__multikernel_name%%_*}]-} ]] && continue
  (( ++__multikernel_count > 1000 )) && continue
  __multikernel_shape=
  case $__multikernel_flags in
    *n*) __multikernel_type=reference ;;
    *A*) __multikernel_type='associative array' ;;
    *a*) __multikernel_type=array ;;
    *i*) __multikernel_type=integer ;;
    *) __multikernel_type=text ;;
  esac
  declare -n __multikernel_value=$__multikernel_name
  __multikernel_size=null
  if [[ $__multikernel_type == *array ]]; then __multikernel_shape=${#__multikernel_value[@]}
  elif (( ${EPOCHREALTIME/./} - __multikernel_begin < 20000 )); then __multikernel_size=${#__multikernel_value}
  fi
  unset -n __multikernel_value
  __multikernel_rows+=",[\"$__multikernel_name\",\"$__multikernel_type\",\"$__multikernel_shape\",$__multikernel_size]"
done
(( __multikernel_count > 1000 )) && __multikernel_more=$(( __multikernel_count - 1000 )) || __multikernel_more=0
__multikernel_answer "{\"variables\":[${__multikernel_rows:1}],\"more\":$__multikernel_more}"
