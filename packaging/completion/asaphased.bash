# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for asaphased. Options are what its --help names.

_asaphased() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=()
  COMPREPLY=()
  # bash takes "--config=x" for three words.
  if [[ $current == = ]]; then
    current=""
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $before in
  -c | --config)
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
    ;;
  --print) words=(nft iptables) ;;
  --user) mapfile -t words < <(compgen -u) ;;
  *)
    local command=()
    if [[ ${COMP_WORDS[1]} == rules && $COMP_CWORD -gt 1 ]]; then
      command=(rules)
    elif [[ $COMP_CWORD == 1 ]]; then
      words=(rules)
    fi
    mapfile -t -O ${#words[@]} words < <("$1" "${command[@]}" --help 2>/dev/null |
      sed -nE 's/^  (-[a-z], )?(--[a-z0-9-]+=?).*/\2/p')
    ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$current")
  [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
}

complete -F _asaphased asaphased
