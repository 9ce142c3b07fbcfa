#!/bin/sh
# Stands in for bootstrap-salt: "installs" a salt-minion into REACTOR_ROOT that makes a real RSA key pair and then only
# lives. What it was called with is in var/log/bootstrap-salt, an argument a line. A file "hold" in REACTOR_ROOT makes it
# wait until that file is gone; a file "break" makes it fail after some noise; a file "duration" holds how many seconds
# it takes. Two of it at work at once are told in var/log/collisions.
set -eu
mkdir -p "$REACTOR_ROOT/usr/bin" "$REACTOR_ROOT/var/log"
printf '%s\n' "$@" >>"$REACTOR_ROOT/var/log/bootstrap-salt"
echo ' * INFO: Running version: stand-in'
if other=$(cat "$REACTOR_ROOT/at-work" 2>/dev/null) && kill -0 "$other" 2>/dev/null; then
  echo "$$ found $other at work" >>"$REACTOR_ROOT/var/log/collisions"
fi
echo $$ >"$REACTOR_ROOT/at-work"
if [ -e "$REACTOR_ROOT/duration" ]; then sleep "$(cat "$REACTOR_ROOT/duration")"; fi
while [ -e "$REACTOR_ROOT/hold" ]; do sleep 0.1; done
if [ -e "$REACTOR_ROOT/break" ]; then
  for line in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do echo "noise $line"; done
  echo ' * ERROR: no repository for this system' >&2
  exit 1
fi
cat >"$REACTOR_ROOT/usr/bin/salt-minion.new" <<'SALT_MINION'
#!/bin/sh
# Stands in for salt-minion -d -c DIRECTORY: makes a key pair if there is none, goes into the background, and lives as
# long as its pid file does, at which it looks every 0.2 s, or as a file "pace" says. Making a pair costs a second of a
# processor, so public keys that lie ready in spare-keys are taken first, each once; the private half is never used.
set -eu
root=${3%/etc/salt}
pki=$3/pki/minion
pid_file=$root/var/run/salt-minion.pid
if [ "$1" = --serve ]; then
  pace=$(cat "$root/pace" 2>/dev/null) || pace=0.2
  echo $$ >"$pid_file"
  while [ -e "$pid_file" ]; do sleep "$pace"; done
  exit 0
fi
umask 077
mkdir -p "$root/var/run" "$root/var/log/salt" "$pki"
echo "started with $*" >>"$root/var/log/salt/minion"
if [ -e "$root/mute" ]; then echo '[CRITICAL] no key will come' >>"$root/var/log/salt/minion"; exit 0; fi
spare=$(ls "$root/spare-keys" 2>/dev/null) || spare=
spare=${spare%%[!0-9]*}
if [ ! -e "$pki/minion.pem" ] && [ -n "$spare" ]; then
  mv "$root/spare-keys/$spare" "$pki/minion.pub"
  : >"$pki/minion.pem"
elif [ ! -e "$pki/minion.pem" ]; then
  ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f "$pki/new" >/dev/null
  # Without a line end, as Salt writes it.
  printf %s "$(ssh-keygen -e -m PKCS8 -f "$pki/new.pub")" >"$pki/minion.pub"
  rm "$pki/new.pub"
  mv "$pki/new" "$pki/minion.pem"
fi
setsid sh "$0" --serve -c "$3" &
SALT_MINION
chmod 755 "$REACTOR_ROOT/usr/bin/salt-minion.new"
mv "$REACTOR_ROOT/usr/bin/salt-minion.new" "$REACTOR_ROOT/usr/bin/salt-minion"
rm -f "$REACTOR_ROOT/at-work"
