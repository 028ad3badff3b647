# Lists the variables that are neither bash's own nor of the environment that it was started in, as far as they are named
# in the file `environment`.

. "${BASH_SOURCE[0]%/*}/prelude.sh" "$1" ''

declare -A __multikernel_given=()
while read -r __multikernel_line; do
  __multikernel_given[$__multikernel_line]=1
done < "$__multikernel_folder/environment"

__multikernel_rows=
for __multikernel_line in $(compgen -v); do
  case $__multikernel_line in
    __multikernel_* | BASH* | COMP_* | DIRSTACK | EPOCH* | EUID | FUNCNAME | GROUPS | HIST* | HOSTNAME | HOSTTYPE | IFS | LC_ALL | LINENO | MACHTYPE \
      | MAILCHECK | OLDPWD | OPTERR | OPTIND | OSTYPE | PIPESTATUS | POSIXLY_CORRECT | PPID | PROMPT_COMMAND | PS[0124] | PWD | RANDOM | SECONDS \
      | SHELLOPTS | JPY_* | NOTEBOOK_BASH_KERNEL_CAPABILITIES | PAGER | SHLVL | SRANDOM | UID | COLUMNS | LINES | _) continue ;;
  esac
  [[ ${__multikernel_given[$__multikernel_line]-} ]] && continue
  __multikernel_line=$(declare -p "$__multikernel_line" 2>/dev/null)
  __multikernel_name=${__multikernel_line#declare -* }
  __multikernel_flags=${__multikernel_line#declare -}
  __multikernel_flags=${__multikernel_flags%% *}
  __multikernel_name=${__multikernel_name%%=*}
  __multikernel_shape=
  case $__multikernel_flags in
    *n*) __multikernel_type=reference ;;
    *A*) __multikernel_type='associative array' ;;
    *a*) __multikernel_type=array ;;
    *i*) __multikernel_type=integer ;;
    *) __multikernel_type=text ;;
  esac
  declare -n __multikernel_value=$__multikernel_name
  case $__multikernel_type in
    *array) __multikernel_shape=${#__multikernel_value[@]} ; __multikernel_size=null ;;
    *) __multikernel_size=${#__multikernel_value} ;;
  esac
  unset -n __multikernel_value
  __multikernel_rows+=",[\"$__multikernel_name\",\"$__multikernel_type\",\"$__multikernel_shape\",$__multikernel_size]"
done
__multikernel_answer "{\"variables\":[${__multikernel_rows:1}]}"
