# bash completion of katafix. It needs none of the bash-completion package's functions.
# shellcheck shell=bash

# A word as it was typed, without its quotes. Nothing in it is expanded but a leading ~.
_katafix_plain() {
  local typed=${1-} plain='' quote='' char
  [[ $typed == \~ || $typed == \~/* ]] && plain=$HOME typed=${typed#\~}
  while [[ $typed ]]; do
    char=${typed:0:1} typed=${typed:1}
    if [[ $char == "$quote" ]]; then
      quote=''
    elif [[ ! $quote && $char == [\'\"] ]]; then
      quote=$char
    elif [[ $char == \\ && $quote != \' ]]; then
      plain+=${typed:0:1} typed=${typed:1}
    else
      plain+=$char
    fi
  done
  printf '%s' "$plain"
}

# The inverse: what the shell, and bash where it splits words to complete, take for one word.
_katafix_quoted() {
  local plain=$1 quoted='' char
  while [[ $plain ]]; do
    char=${plain:0:1} plain=${plain:1}
    [[ $char == [[:alnum:]_./,+%-] ]] || quoted+=\\
    quoted+=$char
  done
  printf '%s' "$quoted"
}

# Takes the lines that continue the current word for candidates.
_katafix_take() {
  local candidate plain
  plain=$(_katafix_plain "$current")
  while IFS= read -r candidate; do
    [[ $candidate == "$plain"* ]] || continue
    if [[ $current != [\'\"]* ]]; then
      COMPREPLY+=("$(_katafix_quoted "$candidate")")
    elif [[ $current == \'* && $candidate != *\'* || $current == \"* && $candidate != *[\"\\\$\`!]* ]]; then
      COMPREPLY+=("$candidate") # bash closes the quotes
    fi
  done
}

# _katafix_take_paths -d|-f: directories or files, which bash quotes.
_katafix_take_paths() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$(_katafix_plain "$current")")
}

# _katafix_run OPTIONS WORD...: what katafix prints, with the values typed for those options.
_katafix_run() {
  local options=$1 index
  shift
  for ((index = 1; index < ${#line[@]} - 2; index++)); do
    if [[ " $options " == *" ${line[index]} "* ]]; then
      set -- "$@" "${line[index]}" "$(_katafix_plain "${line[index + 1]}")"
    fi
  done
  "$program" "$@" 2>/dev/null </dev/null
}

_katafix_runs() {
  _katafix_run '--root --backup-dir' restore --list | sed -n 's/^\([0-9T.]*Z\) .*/\1/p' | sort -ru
}

# Of several roots each has its JSON in one line. Wildcards are escaped, for these names become
# patterns; a name with a backslash is left out.
_katafix_handlers() {
  _katafix_run '--root --roots-from --config --config-dir --data-dir --policy' check --json | sed 's/"name":"/\n"name": "/g' |
    sed -n '/^ *"name": "/{s/^[^:]*: "//;s/",".*//;s/",$//;s/\\"/"/g;/\\/d;s/[[*?]/\\&/g;p;}' | sort -u
}

# The options of a command; without one, those that go with all.
_katafix_options() {
  local -a plans=(--roots-from --config --config-dir --engine --data-dir --containerd-version
    --crio-version --offline --handler --skip --policy --require-kata --strict --in-place
    --no-backup --exit-zero)
  case $1 in
    check) printf '%s\n' "${plans[@]}" --metrics --summary --every ;;
    diff) printf '%s\n' "${plans[@]}" --validate ;;
    apply) printf '%s\n' "${plans[@]}" --dry-run --diff --validate --restart --restart-timeout \
      --keep --summary ;;
    restore) printf '%s\n' --dry-run --diff --list ;;
  esac
  printf '%s\n' --root --backup-dir --format --json --color --quiet --verbose --version --help
}

# Completes the value of an option; fails for one that takes none.
_katafix_value() {
  case $1 in
    --root | --config-dir | --data-dir | --backup-dir) _katafix_take_paths -d ;;
    --config | --policy | --metrics | --summary | --roots-from) _katafix_take_paths -f ;;
    --engine) _katafix_take < <(printf '%s\n' containerd crio) ;;
    --format) _katafix_take < <(printf '%s\n' text json gcc github sarif) ;;
    --color) _katafix_take < <(printf '%s\n' auto always never) ;;
    --containerd-version) _katafix_take < <(printf '%s\n' 1.3 1.6 1.7 2.0 2.1 2.2 2.3 2.4) ;;
    --crio-version) _katafix_take < <(printf '%s\n' 1.18 1.24 1.30 main) ;;
    --handler | --skip) _katafix_take < <(_katafix_handlers) ;;
    --validate) _katafix_take < <(printf '%s\n' auto none 'containerd --config %s config dump' \
      'crio --config %s --config-dir %s.d config') ;;
    --keep | --every | --restart-timeout) ;;
    *) return 1 ;;
  esac
}

_katafix() {
  local program command='' current word
  program=$(_katafix_plain "$1")
  # The words up to the cursor; bash makes three of --root=DIR.
  local -a line=("$1")
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == '=' && ${line[-1]} == --* ]]; then
      word=''
    elif [[ ! ${line[-1]} ]]; then
      unset 'line[-1]'
    fi
    line+=("$word")
    [[ $command || $word != @(check|diff|apply|restore) ]] || command=$word
  done
  current=${line[-1]}

  if _katafix_value "${line[-2]}"; then
    return
  elif [[ $current == -* ]]; then
    _katafix_take < <(_katafix_options "$command")
  elif [[ ! $command || $command == "$current" ]]; then
    _katafix_take < <(printf '%s\n' check diff apply restore)
  elif [[ $command != restore ]]; then
    _katafix_take_paths -f
  elif [[ " ${line[*]:1:${#line[@]}-2} " != *[0-9]Z\ * && " ${line[*]} " != *' --list '* ]]; then
    _katafix_take < <(_katafix_runs)
  fi
}

complete -F _katafix katafix
