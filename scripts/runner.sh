# Brings the program of a runner to this machine, where it is not yet, and starts it with the words that this script is given. Before these lines the
# gateway that serves them says:
#   gateway   its address
#   pin       SHA-256 of its key as curl wants it, empty where it serves no TLS itself
#   program   SHA-256 of the archive of its program
#   node_x64, node_arm64   "PATH SHA-512" of Node in npm's registry, for machines without
# FILMWRIGHT_PROGRAM names the folder for programs. Nothing half is ever started there: a program is put in place by one rename, once all of it is installed.

npm='npm/-/npm-11.21.2.tgz ec73c0a64f807e53146af4ac78bd4f9ba0a762a3081e4e77c7e2a6ba1aa64c3a8f9233cc8312294cf713aac13dd4428dc3880504957d7e75e249d1a6d435eaf4'

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# The SHA of $1 bits of the file $2.
sum_of() {
  if command -v "sha$1sum" >/dev/null; then "sha$1sum" "$2"; else shasum -a "$1" "$2"; fi | cut -d ' ' -f 1
}

# Downloads $1 into $2 and holds it against its SHA of $3 bits, $4; the rest is for curl.
bring() {
  address=$1 file=$2 bits=$3 wanted=$4
  shift 4
  curl -fsSL --retry 3 --connect-timeout 20 "$@" -o "$file" "$address" || fail "$address cannot be fetched. Check the network, and run this again."
  found=$(sum_of "$bits" "$file")
  [ "$found" = "$wanted" ] || fail "$address gave bytes with the SHA-$bits $found; wanted $wanted. Fetch this script anew and run it again."
}

# Downloads a package of npm's registry, "PATH SHA-512", and unpacks it into $2.
bring_package() {
  bring "${npm_config_registry:-https://registry.npmjs.org}/${1% *}" "$new/package.tgz" 512 "${1#* }"
  mkdir -p "$2"
  tar -xzf "$new/package.tgz" -C "$2" --strip-components=1
  rm -f "$new/package.tgz"
}

has_node() {
  command -v npm >/dev/null && command -v node >/dev/null && node -e 'process.exit(Number.parseInt(process.versions.node) >= 20 ? 0 : 1)'
}

# Node and npm from npm's registry, for a machine that has none, or none that is new enough.
bring_node() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) node=$node_x64 ;;
    Linux-aarch64 | Linux-arm64) node=$node_arm64 ;;
    *) node= ;;
  esac
  [ -n "$node" ] || fail "There is no Node 20 or newer with npm here. Install it, and run this again."
  place="$programs/node-$(printf %s "${node#* }" | cut -c 1-16)"
  if [ ! -d "$place" ]; then
    printf 'Fetching Node...\n' >&2
    mkdir -p "$new/node/bin"
    bring_package "$node" "$new/node/package"
    bring_package "$npm" "$new/node/npm"
    ln -s ../package/bin/node "$new/node/bin/node"
    printf '#!/bin/sh\nhere=$(dirname "$0")\nexec "$here/node" "$here/../npm/bin/npm-cli.js" "$@"\n' >"$new/node/bin/npm"
    chmod +x "$new/node/bin/npm"
    mv "$new/node" "$place"
  fi
  PATH="$place/bin:$PATH"
  export PATH
}

# The programs that are here, the one that was started last first.
here_by_use() {
  ls -1t "$programs" | grep -E '^[0-9a-f]{64}$' || true
}

# Removes what installations that were ended left behind, and all programs but the three that were started last. What has the number of this process is of
# another life: in a container that is started again it is often the same.
tidy() {
  rm -rf "$new"
  for part in "$programs"/.new-*; do
    [ -d "$part" ] && ! kill -0 "${part##*-}" 2>/dev/null && rm -rf "$part"
  done
  here_by_use | tail -n +4 | while read -r old; do rm -rf "${programs:?}/$old"; done
}

# Links the packages of a program that is here, where the lock file says that they are the same, and so installed them whole.
link_packages() {
  for other in $(here_by_use); do
    cmp -s "$programs/$other/package-lock.json" "$new/filmwright/package-lock.json" || continue
    (cd "$programs/$other" && find . -name node_modules -type d -prune) | while read -r packages; do
      cp -RPl "$programs/$other/$packages" "$new/filmwright/$packages" 2>/dev/null || rm -rf "$new/filmwright/$packages"
    done
    return
  done
}

main() {
  for tool in curl tar; do command -v "$tool" >/dev/null || fail "This needs $tool. Install it, and run this again."; done
  if [ -n "${FILMWRIGHT_PROGRAM:-}" ]; then
    programs=$FILMWRIGHT_PROGRAM
  elif [ "$(id -u)" = 0 ]; then
    programs=/var/lib/filmwright-program
  else
    programs=${XDG_DATA_HOME:-$HOME/.local/share}/filmwright-program
  fi
  mkdir -p "$programs"
  new="$programs/.new-$$"
  tidy
  mkdir "$new"
  trap 'rm -rf "$new"' EXIT
  has_node || bring_node
  here="$programs/$program"
  if [ ! -d "$here" ]; then
    printf 'Fetching the program of a runner from %s...\n' "$gateway" >&2
    # Its digest came with this script, whatever the address shows.
    if [ -n "$pin" ]; then set_pin="-k --pinnedpubkey $pin"; else set_pin=; fi
    # shellcheck disable=SC2086
    bring "$gateway/v1/program/sha256-$program" "$new/program.tgz" 256 "$program" $set_pin
    tar -xzf "$new/program.tgz" -C "$new"
    rm -f "$new/program.tgz"
    link_packages
    node "$new/filmwright/scripts/runner.mjs" --install
    # Another start may have been quicker.
    [ -d "$here" ] || mv "$new/filmwright" "$here"
  fi
  touch "$here"
  rm -rf "$new"
  trap - EXIT
  exec node "$here/scripts/runner.mjs" "$@"
}

main "$@"
