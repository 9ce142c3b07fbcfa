#!/bin/sh
#
# bootstrap.sh makes an instance a Salt minion. The reactor runs it on each new instance, over SSH, as root:
#
#   timeout -k 10 SECONDS sh -c '<this text>' bootstrap.sh 'master=salt.example.org' 'id=i-0abc12345678def01' ...
#
# So it is never a file there, it reads no input, and what it is given is data: nothing of it is ever run as code.
# Edit it freely, as long as it stays POSIX sh (dash, bash, busybox), may run twice, and may be killed at any moment.
#
# It gets     action                bootstrap (default), show-key, or stop
#             master, id            what the minion connects to; the instance id, which becomes the minion id
#             grains                a JSON object on one line (default {})
#             acceptance_wait_time  seconds between two questions whether the key is accepted (default 5)
#             url, sha256           of bootstrap-salt (http, https, file); its checksum, optional
#             version, arguments    words for bootstrap-salt, such as "stable 3007", and its options
#             timeout               seconds that the caller allows, for information
# It prints   (bootstrap, show-key) the minion's public key between two marker lines, and nothing else, on stdout;
#             (failure) the reason and the last lines of its log on stderr.
# It returns  0 done; 3 there is no key to show; 64 bad argument; 69 Salt can't be installed; 70 the minion does not
#             start or makes no key; 75 another run is still at work; 77 not root.
#
# The key pair is made by the minion, and its private half never leaves the instance.

set -euf                  # -f: words are split where it is meant, but never expanded to file names
LC_ALL=C                  # bytes are bytes; "a-f" are six letters
umask 022                 # what Salt's packages and its daemon expect
exec 3>&1 4>&2            # the caller's stdout and stderr; 1 and 2 become the log

# Everything lies below REACTOR_ROOT, which is for trials on a machine that is not an instance. Normally empty.
root=${REACTOR_ROOT:-}
PATH=${root:+$root/usr/bin:}${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
salt=$root/etc/salt
config_file=$salt/minion.d/ec2-autoscale-reactor.conf
id_file=$salt/ec2-autoscale-reactor.id
public_key=$salt/pki/minion/minion.pub
pid_file=$root/var/run/salt-minion.pid
log=$root/var/log/ec2-autoscale-reactor.log
lock=$root/run/ec2-autoscale-reactor.lock
work=$root/var/lib/ec2-autoscale-reactor

# ---------------------------------------------------------------------------------------------- what every step uses

logging=no
reason='a command failed that should not'

fail() { # CODE REASON
  reason=$2
  exit "$1"
}

# Tells a failure, whatever ended the script; the reason goes into the log too, for who looks there later.
finish() {
  status=$?
  trap - EXIT
  trap '' PIPE            # nobody may be listening any more, and the log must have it even so
  [ "$status" -ne 0 ] || return 0
  printf 'bootstrap.sh: %s (exit code %s)\n' "$reason" "$status" >&4 || :
  [ "$logging" = yes ] || exit "$status"
  printf 'The last lines of %s:\n' "$log" >&4 || :
  tail -n 20 "$log" >&4 || :
  say "FAILED with $status: $reason"
  exit "$status"
}
trap finish EXIT
trap 'fail 143 "stopped by a signal, maybe by its time limit of ${timeout:-?} s"' INT TERM

say() {
  printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1"
}

# Runs another program free of what is ours: a daemon that it leaves behind must hold neither the SSH session nor the
# lock. The subshell around it waits and does hold the lock: should only this script be killed, an installation that
# still runs keeps a second one away.
outside() {
  (
    unset LC_ALL
    "$@" 3>&- 4>&- 9>&- </dev/null
    exit "$?"
  )
}

# ------------------------------------------------------------------------------------------------------- the arguments

read_arguments() {
  action=bootstrap master='' id='' grains='{}' timeout='' url='' version='' arguments='' sha256=''
  acceptance_wait_time=5
  for argument; do
    value=${argument#*=}
    case $value in
      *[[:cntrl:]]*) fail 64 "${argument%%[!a-z0-9_]*}: a value must be one line without control characters" ;;
    esac
    case $argument in
      action=*) action=$value ;;
      master=*) master=$value ;;
      id=*) id=$value ;;
      grains=*) grains=$value ;;
      timeout=*) timeout=$value ;;
      url=*) url=$value ;;
      version=*) version=$value ;;
      arguments=*) arguments=$value ;;
      sha256=*) sha256=$value ;;
      acceptance_wait_time=*) acceptance_wait_time=$value ;;
      *) fail 64 "unknown argument '${argument%%[!a-z0-9_]*}'" ;;
    esac
  done
}

is_instance_id() {
  case ${1#i-} in *[!0-9a-f]*) return 1 ;; esac
  case $1 in i-????????|i-?????????????????) return 0 ;; esac
  return 1
}

is_number() {
  case $1 in ''|0*|*[!0-9]*|????????*) return 1 ;; esac
}

check_arguments() {
  case $master in
    ''|*[!][A-Za-z0-9.:%_-]*) fail 64 'master: expected a host name or address, with a port if need be' ;;
  esac
  is_instance_id "$id" || fail 64 'id: expected i- and 8 or 17 lower-case hex digits'
  case $grains in '{'*'}') ;; *) fail 64 'grains: expected a JSON object on one line' ;; esac
  is_number "$acceptance_wait_time" || fail 64 'acceptance_wait_time: expected seconds'
  [ -z "$timeout" ] || is_number "$timeout" || fail 64 'timeout: expected seconds'
  case $url in
    *' '*) fail 64 'url: must not contain blanks' ;;
    ''|https://?*|http://?*|file:///?*) ;;
    *) fail 64 'url: expected https://, http:// or file:///' ;;
  esac
  case $sha256 in *[!0-9A-Fa-f]*) fail 64 'sha256: expected 64 hex digits' ;; esac
  case ${#sha256} in 0|64) ;; *) fail 64 'sha256: expected 64 hex digits' ;; esac
}

check_root() {
  case $root in
    '') [ "$(id -u)" -eq 0 ] || fail 77 'must run as root, or with passwordless sudo' ;;
    [!/]*|*[!A-Za-z0-9./_-]*) fail 64 'REACTOR_ROOT: expected an absolute path of plain characters' ;;
  esac
}

# -------------------------------------------------------------------------------------------------------- lock and log

take_lock() {
  mkdir -p "${lock%/*}"
  exec 9>>"$lock"
  flock -n 9 || fail 75 "another run is still at work on this instance (it holds $lock)"
}

# From here on all noise goes to the log, readable by root alone. It holds one run; the one before it is in *.1.
open_log() {
  mkdir -p "${log%/*}"
  [ "$action" != bootstrap ] || [ ! -e "$log" ] || mv -f "$log" "$log.1"
  (umask 077 && : >>"$log")
  exec >>"$log" 2>&1
  logging=yes
  say "$action of ${id:-this minion}"
}

# -------------------------------------------------------------------------------------------------------- installation

# Installs Salt unless it is there. The work directory is removed only after success: found again, it says that the
# last installation was cut off half-way, and that it has to be repeated even if there is a salt-minion.
install_salt() {
  if [ ! -e "$work" ] && command -v salt-minion >/dev/null; then
    say 'Salt is installed already'
    return 0
  fi
  [ -n "$url" ] || fail 69 'Salt is not installed, and no url of bootstrap-salt is given'
  rm -rf "$work"
  (umask 077 && mkdir -p "$work")
  installer=$work/bootstrap-salt.sh
  fetch_installer || fail 69 "bootstrap-salt can't be downloaded from $url"
  [ -s "$installer" ] || fail 69 "bootstrap-salt from $url is empty"
  if [ -n "$sha256" ]; then
    sum=$(sha256sum "$installer")
    [ "${sum%% *}" = "$(printf '%s' "$sha256" | tr A-F a-f)" ] ||
      fail 69 "bootstrap-salt from $url has the sha256 ${sum%% *}, not the expected one; it was not run"
  fi

  # -X: don't start the daemon, it has no configuration yet.
  set -- -X
  for word in $arguments; do set -- "$@" "$word"; done
  for word in $version; do set -- "$@" "$word"; done
  say "running bootstrap-salt with $*"
  outside sh "$installer" "$@" || fail 69 "bootstrap-salt ended with exit code $?"
  command -v salt-minion >/dev/null || fail 69 'bootstrap-salt ended well, but there is no salt-minion'
  rm -rf "$work"
}

# Three attempts, each with time limits, as a new instance's network may still be settling.
fetch_installer() {
  for pause in 2 5 0; do
    say "downloading $url"
    case $url in
      file://*) cp "${url#file://}" "$installer" && return 0 ;;
      *) fetch_by_http && return 0 ;;
    esac
    sleep "$pause"
  done
  return 1
}

# curl follows a redirect to https only. wget can't be told so: where there is no curl, sha256 is worth setting.
fetch_by_http() {
  if command -v curl >/dev/null; then
    outside curl -q --silent --show-error --fail --location --globoff --proto '=http,https' --proto-redir '=https' \
      --max-redirs 5 --connect-timeout 15 --max-time 300 --output "$installer" "$url"
  elif command -v wget >/dev/null; then
    outside timeout 300 wget -q -T 15 -O "$installer" "$url"
  else
    fail 69 'there is neither curl nor wget to download bootstrap-salt with'
  fi
}

# ------------------------------------------------------------------------------------------------------- configuration

# JSON is YAML, so grains stand as they came. The waiting time is constant (max: 0), as the reactor counts on it. A
# minion whose key was denied or whose master is away asks again (it would give up otherwise), and a whole fleet
# doesn't answer a rotation of the master's key within the same second.
print_config() {
  printf '%s\n' '# Written by ec2-autoscale-reactor. Changes are overwritten when it bootstraps this instance again.'
  printf "master: '%s'\n" "$master"
  printf "id: '%s'\n" "$id"
  printf 'grains: %s\n' "$grains"
  printf 'acceptance_wait_time: %s\n' "$acceptance_wait_time"
  printf '%s\n' 'acceptance_wait_time_max: 0' 'rejected_retry: true' 'master_tries: -1' 'random_reauth_delay: 30'
  [ -z "$root" ] || printf "root_dir: '%s'\n" "$root"
}

# Stop, change, start: killed in between, the next run finds either the old configuration or a stopped minion, and in
# both cases does the rest. Nothing to change: a running minion is left alone.
configure_minion() {
  config=$(print_config)
  [ "$config" = "$(cat "$config_file" 2>/dev/null)" ] && [ "$id" = "$(cat "$id_file" 2>/dev/null)" ] && return 0
  stop_minion
  forget_foreign_keys
  mkdir -p "${config_file%/*}"
  replace_file "$config_file" "$config"
}

# An image that was made of a minion carries that minion's key pair into every instance. A pair that was not made
# under this instance's id, as the id file tells, therefore goes, and the minion makes its own. The master's key that
# a minion remembers (minion_master.pub) stays, as it may have been put there to pin the master; it only goes when our
# own old configuration names another master.
forget_foreign_keys() {
  if [ "$id" != "$(cat "$id_file" 2>/dev/null)" ]; then
    say 'no key pair was made under this id yet; removing any other'
    rm -f "$salt/pki/minion/minion.pem" "$public_key"
    mkdir -p "$salt"
    replace_file "$id_file" "$id"
  fi
  if [ -e "$config_file" ] && ! grep -qxF "master: '$master'" "$config_file"; then
    rm -f "$salt/pki/minion/minion_master.pub"
  fi
}

replace_file() { # FILE TEXT
  printf '%s\n' "$2" >"$1.new"
  mv -f "$1.new" "$1"
}

# ---------------------------------------------------------------------------------------------------------- the daemon

# How the daemon is run here: by systemd, by an init script (System V, OpenRC), or by itself.
supervisor() {
  if [ -n "$root" ]; then echo none
  elif [ -d /run/systemd/system ]; then echo systemd
  elif [ -x /etc/init.d/salt-minion ]; then echo init
  else echo none
  fi
}

minion_runs() {
  case $(supervisor) in
    systemd) systemctl is-active --quiet salt-minion ;;
    init) outside /etc/init.d/salt-minion status >/dev/null ;;
    none)
      # A process id may belong to something else after a reboot, so its command line is looked at.
      pid=$(cat "$pid_file" 2>/dev/null) && is_number "$pid" && kill -0 "$pid" 2>/dev/null &&
        tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF salt-minion
      ;;
  esac
}

start_minion() {
  if minion_runs; then
    say 'the minion runs already'
    return 0
  fi
  say 'starting the minion'
  case $(supervisor) in
    systemd) systemctl enable salt-minion && systemctl start salt-minion ;;
    init) init_script_at_boot add on enable && outside /etc/init.d/salt-minion start ;;
    none) outside salt-minion -d -c "$salt" ;;
  esac || fail 70 "the minion can't be started"
}

# A stop that failed is none if the minion doesn't run (there may not even be one).
stop_minion() {
  case $(supervisor) in
    systemd) systemctl stop salt-minion || ! minion_runs ;;
    init) outside /etc/init.d/salt-minion stop || ! minion_runs ;;
    none) ! minion_runs || end_process ;;
  esac || fail 70 "the running minion can't be stopped"
}

end_process() {
  say 'stopping the minion'
  kill "$pid" || :
  seconds=0
  while [ "$seconds" -lt 20 ] && minion_runs; do sleep 1; seconds=$((seconds + 1)); done
  ! minion_runs || kill -9 "$pid"
}

disable_minion() {
  case $(supervisor) in
    systemd) systemctl disable salt-minion ;;
    init) init_script_at_boot del off disable ;;
  esac || :
}

init_script_at_boot() { # WORD-OF-OPENRC WORD-OF-RED-HAT WORD-OF-DEBIAN
  if command -v rc-update >/dev/null; then rc-update "$1" salt-minion default
  elif command -v chkconfig >/dev/null; then chkconfig salt-minion "$2"
  elif command -v update-rc.d >/dev/null; then update-rc.d salt-minion "$3"
  fi
}

# ------------------------------------------------------------------------------------------------------------- the key

key_is_complete() {
  grep -q '^-----END .*PUBLIC KEY-----' "$public_key" 2>/dev/null
}

wait_for_key() {
  seconds=0
  until key_is_complete && minion_runs; do
    if [ "$seconds" -ge 60 ]; then
      tail -n 15 "$root/var/log/salt/minion" || :
      fail 70 'the minion was started, but after 60 s it does not run or has made no key'
    fi
    sleep 1
    seconds=$((seconds + 1))
  done
}

# The end marker says that nothing is missing: a connection that breaks looks like success on the other side.
print_key() {
  key=$(cat "$public_key")
  printf '%s\n' '#reactor minion-key begin' "$key" '#reactor minion-key end' >&3
}

# --------------------------------------------------------------------------------------------------------- the actions

read_arguments "$@"
case $action in
  bootstrap)
    check_arguments
    check_root
    take_lock
    open_log
    install_salt
    configure_minion
    start_minion
    wait_for_key
    print_key
    say 'done'
    ;;
  show-key)
    check_root
    key_is_complete || fail 3 'there is no minion key'
    print_key
    ;;
  stop)
    # Under the lock too: a bootstrap that still runs would start the minion after it was stopped.
    check_root
    take_lock
    open_log
    stop_minion
    disable_minion
    ;;
  *) fail 64 'action: expected bootstrap, show-key or stop' ;;
esac
