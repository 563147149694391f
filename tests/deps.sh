#!/bin/sh
# What the build needs of the machine. Each WANT is KIND:NAME:PACKAGE, where PACKAGE is the Debian (and
# Ubuntu) package that holds it, and KIND says how it is looked for:
#
#   command:gcc:gcc     header:iniparser.h:libiniparser-dev     pc:caca:libcaca-dev (pkg-config)
#   file:/usr/share/x:package
#
# "need WANT..." names what is missing and fails; "install WANT..." installs it with apt, saying what (with
# sudo where not root). CC and CPPFLAGS are taken from the environment.
set -eu

mode=$1
shift

dpkg_has() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Without pkg-config only dpkg can tell which of its modules are there.
pc_has() {
    if command -v pkg-config >/dev/null; then pkg-config --exists "$1"; else dpkg_has "$2"; fi
}

header_has() {
    # shellcheck disable=SC2086
    echo "#include <$1>" | ${CC:-cc} ${CPPFLAGS:-} -E - >/dev/null 2>&1 || dpkg_has "$2"
}

# has KIND NAME PACKAGE
has() {
    case $1 in
    command) command -v "$2" >/dev/null ;;
    header) header_has "$2" "$3" ;;
    pc) pc_has "$2" "$3" ;;
    file) [ -e "$2" ] ;;
    *) echo "deps.sh: unknown kind $1" >&2 && exit 2 ;;
    esac
}

packages='' report=''
for want in "$@"; do
    kind=${want%%:*} package=${want##*:}
    name=${want#*:}
    name=${name%:*}
    has "$kind" "$name" "$package" && continue
    case " $packages " in *" $package "*) continue ;; esac
    packages="$packages $package"
    report="$report    $name: Debian package $package
"
done
[ -n "$packages" ] || exit 0

if [ "$mode" = need ]; then
    printf 'moodtop: needed and not found:\n%s' "$report" >&2
    ! command -v apt-get >/dev/null || echo "\"make deps\" installs them, or: apt-get install$packages" >&2
    exit 1
fi

if ! command -v apt-get >/dev/null; then
    printf 'moodtop: needed and not found, and no apt-get here to install them:\n%s' "$report" >&2
    exit 1
fi
sudo=
if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    command -v sudo >/dev/null || {
        echo "moodtop: neither root nor sudo; as root: apt-get install$packages" >&2
        exit 1
    }
fi
echo "moodtop: installing$packages"
# shellcheck disable=SC2086
$sudo apt-get update -qq &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
