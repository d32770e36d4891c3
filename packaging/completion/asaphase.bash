# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for asaphase. Commands and options are what its --help names, so that they cannot differ from it.

# Options of "asaphase COMMAND"; those that take a value end in "=".
_asaphase_options() {
  "$1" "$2" --help 2>/dev/null | sed -nE 's/^  (-[a-z], )?(--[a-z0-9-]+=?).*/\2/p'
}

_asaphase_commands() {
  "$1" --help 2>/dev/null | sed -nE 's/^  asaphase ([a-z]+) .*/\1/p' | sort -u
}

# The next word of an ASA's show command, after those in $2 ….
_asaphase_show_words() {
  local program=$1 words
  shift
  words=$*
  "$program" show --help 2>/dev/null | sed -n '/^Commands/,/^$/s/^  \([a-z0-9 -]*[a-z0-9]\)   *.*/\1/p' |
    awk -v typed="${words:+$words }" 'index($0 " ", typed) == 1 { $0 = substr($0, length(typed) + 1); if (NF) print $1 }' | sort -u
}

# Completes file names; bash appends what they need.
_asaphase_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_asaphase_choose() {
  local current=$1
  shift
  mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current")
}

# The value of an option, where one is being typed; fails where none is.
_asaphase_value() {
  local option=$1 current=$2
  case $option in
  -o | -r | --output | --read | --log | --socket) _asaphase_files "$current" ;;
  -i | --interface) _asaphase_choose "$current" "$(cd /sys/class/net 2>/dev/null && echo *)" any ;;
  -d | --delay | --asa | --ike-port | --natt-port | --one-way-packets | --one-way-seconds) COMPREPLY=() ;;
  *) return 1 ;;
  esac
}

# Words of the show command typed so far, without options.
_asaphase_typed() {
  local word
  for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
    [[ $word == -* ]] || printf '%s ' "$word"
  done
}

_asaphase() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} typed
  COMPREPLY=()
  # bash takes "--log=x" for three words.
  if [[ $current == = ]]; then
    current=""
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $COMP_CWORD == 1 ]]; then
    _asaphase_choose "$current" "$(_asaphase_commands "$1")" --help --version
  elif _asaphase_value "$before" "$current"; then
    :
  elif [[ $current == -* ]]; then
    _asaphase_choose "$current" "$(_asaphase_options "$1" "$command")"
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
  elif [[ $command == show ]]; then
    read -ra typed < <(_asaphase_typed)
    _asaphase_choose "$current" "$(_asaphase_show_words "$1" "${typed[@]}")"
  else
    _asaphase_files "$current"
  fi
}

complete -F _asaphase asaphase
