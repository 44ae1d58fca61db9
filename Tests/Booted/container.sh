# What the tests share that boot a system in a folder: sourced with the name that their lines begin with.
# Sets scratch, a folder that goes at the end, and system, where the container's files are.
label=$1

die() { echo "$label: FAILED: $*" >&2; exit 1; }
(( EUID == 0 )) || die "this test boots a container and needs root: run it with sudo"
for tool in systemd-nspawn debootstrap; do
    command -v "$tool" >/dev/null || die "'$tool' is missing: scripts/install-dependencies --tests"
done

scratch=$(mktemp -d /var/tmp/rushes-booted.XXXXXX)
system=$scratch/system
container=rushes-$label-$$
nspawn=
cleanup() {
    if [[ -n "$nspawn" ]]; then
        kill -TERM "$nspawn" 2>/dev/null || true
        wait "$nspawn" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap cleanup EXIT

# make_bare FOLDER PACKAGE...: a fresh Debian 12 with these packages, unless the folder has one.
make_bare() {
    local bare=$1 mirror packages
    shift
    [[ ! -e "$bare/etc/debian_version" ]] || return 0
    mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' |
        awk '$2 == "bookworm" { print $1; exit }')
    [[ -n "$mirror" ]] || die "apt has no source for Debian 12 (bookworm)"
    echo "$label: making a bare Debian 12"
    packages=$(IFS=,; echo "$*")
    debootstrap --variant=minbase --include="$packages" bookworm "$bare" "$mirror" \
        >"$scratch/debootstrap.log" 2>&1 ||
        { tail -20 "$scratch/debootstrap.log" >&2; die "debootstrap"; }
}

# boot [OPTION]...: starts the system, with further options of systemd-nspawn.
boot() {
    systemd-nspawn --quiet --boot --directory="$system" --machine="$container" \
        --register=no --keep-unit --console=pipe "$@" \
        --system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" \
        >"$scratch/console.log" 2>&1 </dev/null &
    nspawn=$!
    wait_until 60 "the container's first process" leader
}
# The child of systemd-nspawn that is process 1 inside; before it there is another one, for a moment.
leader() {
    init=$(pgrep -P "$nspawn" | tail -1) && [[ -n "$init" ]] &&
        grep -qsE '^NSpid:.*[[:space:]]1$' "/proc/$init/status"
}
inside() { nsenter --all --target "$init" --wdns=/ env PATH=/usr/sbin:/usr/bin "$@"; }

# wait_until SECONDS WHAT COMMAND...: asks ten times a second, and fails loudly.
wait_until() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        if (( SECONDS >= deadline )); then
            tail -5 "$scratch/console.log" >&2 || true
            [[ -n "${init:-}" ]] && inside journalctl --no-pager -n 40 -u rushes >&2 || true
            die "waited in vain for $what"
        fi
        sleep 0.1
    done
}
exists() { [[ -e "$1" ]]; }
