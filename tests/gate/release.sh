#!/usr/bin/env bash
# The release is one static executable, and it runs.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need readelf

show cmake --preset release -DBUILD_TESTING=OFF
show cmake --build --preset release --parallel "$(nproc)"

katafix=build/release/katafix
show ls -l "$katafix"
# A program that needs the dynamic loader names it, and its libraries, in its headers.
if LC_ALL=C readelf --program-headers --dynamic --wide "$katafix" | grep -E 'INTERP|NEEDED'; then
  echo "$katafix is not static"
  exit 1
fi
version=$("$katafix" --version)
echo "+ $katafix --version: $version"
[[ $version =~ ^katafix\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
show "$katafix" apply - <fixtures/node/etc/containerd/config.toml >/dev/null
