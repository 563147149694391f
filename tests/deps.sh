#!/bin/sh
# Debian packages that the project needs: "need P..." names those that are missing and fails,
# "install P..." installs them with apt, saying which (with sudo where not root).
set -eu

mode=$1
shift

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in "$@"; do
    installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

case $mode in
need)
    # Other systems and hand-built libraries are welcome: only a library that the compiler cannot find counts.
    command -v dpkg-query >/dev/null || exit 0
    echo "moodtop: these Debian packages are needed and not installed:" >&2
    for package in $missing; do echo "    $package" >&2; done
    echo "\"make deps\" installs them, or: apt-get install$missing" >&2
    exit 1
    ;;
install)
    command -v apt-get >/dev/null || {
        echo "moodtop: needs$missing, and there is no apt-get here to install them" >&2
        exit 1
    }
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    echo "moodtop: installing$missing"
    $sudo env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq &&
        apt-get install -y -qq --no-install-recommends$missing >/dev/null"
    ;;
esac
