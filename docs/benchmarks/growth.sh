#!/usr/bin/env bash
# Does anything grow? Boots a Debian disk image that has a login on its first serial line (root, password root), gives it a
# mixed load, and notes once a minute what the process takes.
#
#   docs/benchmarks/growth.sh debian.img 60 growth.csv      # minutes; sizes in KiB
#
# TRANSVISOR names another launcher; JDK_BIN is where jcmd is, if not on the path.
set -euo pipefail
image=$1 minutes=$2 csv=$3
here=$(cd "$(dirname "$0")/../.." && pwd)
transvisor=${TRANSVISOR:-$here/transvisor}
jcmd=${JDK_BIN:+$JDK_BIN/}jcmd
work=$(mktemp -d)
trap 'kill "$guest" 2>/dev/null; rm -rf "$work"' EXIT
mkfifo "$work/keys"
export TRANSVISOR_JAVA_OPTIONS="-XX:NativeMemoryTracking=summary ${TRANSVISOR_JAVA_OPTIONS:-}"
"$transvisor" run -m 128 -hda "$image" -snapshot -serial stdio -display none <"$work/keys" >"$work/serial" 2>"$work/errors" &
guest=$!
exec 3>"$work/keys"

say() { printf '%s\n' "$1" >&3; }
await() {
  local n
  for ((n = 0; n < 1200; n++)); do
    grep -q "$1" "$work/serial" && return
    kill -0 "$guest"
    sleep 1
  done
  echo "growth.sh: no '$1' from the guest" >&2
  exit 1
}
await login:
say root
await assword:
say root
await '# '
# Kernel and programs: forks, interpreters with code of their own, file systems, pipes, checksums, compression.
say 'stty -echo; round() { for i in $(seq 100); do /bin/true; (:); done
perl -e '"'"'my %h; for my $i (1..30000) { $h{"k".($i*7919%5003)} .= chr(65+$i%26); eval "\$h{$i} = $i * ".($i%97) if $i%50==0; } print join(",", (sort keys %h)[0..2])'"'"'
seq 20000 | awk "{ s += \$1 * \$1; a[\$1 % 101]++ } END { print s }"
find / -xdev -newer /etc/passwd 2>/dev/null | wc -l; sha256sum /bin/* 2>/dev/null | md5sum
tar -cf - /etc 2>/dev/null | gzip -c | gunzip -c | cksum; sed -n "s/[aeiou]/x/gp" /usr/share/common-licenses/GPL-3 2>/dev/null | sort | uniq -c | tail -1
dd if=/dev/zero of=/tmp/f bs=64k count=100 2>/dev/null; grep -c root /proc/*/status 2>/dev/null | tail -1; ps ax | wc -l; }
n=0; while :; do n=$((n+1)); round >/dev/null 2>&1; echo "ROUND $n"; done'
echo "minute,rounds,rss,heap_live,heap_committed,metaspace,classes,code_cache,native_committed,threads" >"$csv"
for ((m = 0; m <= minutes; m++)); do
  "$jcmd" "$guest" GC.run >/dev/null
  "$jcmd" "$guest" GC.heap_info >"$work/heap"
  "$jcmd" "$guest" VM.native_memory summary scale=KB >"$work/native"
  "$jcmd" "$guest" Compiler.codecache >"$work/code"
  awk -v minute="$m" -v rounds="$(grep -c '^ROUND' "$work/serial" || true)" -v status="/proc/$guest/status" '
    function number(text) { match(text, /[0-9]+/); return substr(text, RSTART, RLENGTH) }
    FILENAME ~ /heap$/ && /^(DefNew|Tenured)/ { match($0, /total [0-9]+/); committed += number(substr($0, RSTART)); match($0, /used [0-9]+/); live += number(substr($0, RSTART)) }
    FILENAME ~ /native$/ && /Metadata:/ { metadata = 1 }
    FILENAME ~ /native$/ && metadata && match($0, /used=[0-9]+/) { metaspace = number(substr($0, RSTART)); metadata = 0 }
    FILENAME ~ /native$/ && /^Total/ { match($0, /committed=[0-9]+/); native = number(substr($0, RSTART)) }
    FILENAME ~ /native$/ && /classes #/ { match($0, /classes #[0-9]+/); classes = number(substr($0, RSTART)) }
    FILENAME ~ /code$/ && match($0, / used=[0-9]+/) { code += number(substr($0, RSTART)) }
    END {
      while ((getline line < status) > 0) {
        if (line ~ /^VmRSS/) rss = number(line)
        if (line ~ /^Threads/) threads = number(line)
      }
      printf "%d,%d,%d,%d,%d,%d,%d,%d,%d,%d\n", minute, rounds, rss, live, committed, metaspace, classes, code, native, threads
    }' "$work/heap" "$work/native" "$work/code" >>"$csv"
  sleep 60
done
