// SPDX-License-Identifier: Apache-2.0
// Linux calls that Swift's Glibc module does not show (it is built without _GNU_SOURCE).
#ifndef RUSHES_CLINUX_H
#define RUSHES_CLINUX_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

// renameat2(2) and its flag: <stdio.h> hides them without _GNU_SOURCE.
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path,
              unsigned int flags);
enum { CLINUX_RENAME_NOREPLACE = 1 };

// pidfd_open(2) has no glibc wrapper in Debian 12's headers without _GNU_SOURCE.
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// prctl(2) and fcntl(2) are variadic, which Swift cannot call.
static inline int clinux_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

// mkostemp(3) makes the descriptor close-on-exec at once; <stdlib.h> hides it without _GNU_SOURCE.
int mkostemp(char *pattern, int flags);

// open(2) is variadic; this form always gives a mode.
static inline int clinux_open(const char *path, int flags, mode_t mode) {
    return open(path, flags, mode);
}

// pipe2(2) is hidden without _GNU_SOURCE; only the reading end must never wait.
int pipe2(int ends[2], int flags);
static inline int clinux_pipe(int *ends) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

// A handler may call nothing but async-signal-safe functions, which only C can promise: it writes
// the signal's number to a pipe and leaves errno as it was (signal-safety(7)).
static volatile int clinux_signal_end = -1;
static void clinux_note_signal(int number) {
    int reason = errno;
    unsigned char byte = (unsigned char)number;
    if (write(clinux_signal_end, &byte, 1) < 0) { /* full: as many signals wait already */ }
    errno = reason;
}
static inline int clinux_note(int number, int end) {
    struct sigaction action = {.sa_handler = clinux_note_signal, .sa_flags = SA_RESTART};
    clinux_signal_end = end;
    return sigaction(number, &action, NULL);
}

// The processor time of all threads of a process: clock_gettime(2) with the clock of another process.
static inline int clinux_processor_time(pid_t process, struct timespec *time) {
    clockid_t clock;
    errno = clock_getcpuclockid(process, &clock);
    return errno == 0 ? clock_gettime(clock, time) : -1;
}

// S_IFMT and its kin are macros with casts.
static inline unsigned int clinux_kind(mode_t mode) { return mode & S_IFMT; }

// struct dirent ends in an array, which Swift sees as a tuple.
static inline const char *clinux_name(const struct dirent *entry) { return entry->d_name; }

// setpriority(2) names its first argument's type differently in C and C++ headers.
static inline int clinux_be_nicer(int level) { return setpriority(PRIO_PROCESS, 0, level); }

// O_PATH is hidden without _GNU_SOURCE.
enum { CLINUX_PATH = __O_PATH };

// openat2(2) has no glibc wrapper in Debian 12. Links may be followed with `links`, but never out of
// `directory`.
static inline int clinux_open_beneath(int directory, const char *path, int flags, int links) {
    struct open_how how = {
        .flags = (unsigned int)flags,
        .resolve = RESOLVE_BENEATH | (links ? RESOLVE_NO_MAGICLINKS : RESOLVE_NO_SYMLINKS)};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

// openat(2) is variadic.
static inline int clinux_open_at(int directory, const char *path, int flags) {
    return openat(directory, path, flags);
}

// fcntl(2) is variadic and hides leases without _GNU_SOURCE. Who opens the file for writing while
// the lease is held is made to wait, and the holder gets a signal: SIGIO, which would end the
// process, unless another is chosen; SIGURG is ignored.
enum { CLINUX_SETLEASE = 1024, CLINUX_SETSIG = 10 };
static inline int clinux_lease(int file) {
    if (fcntl(file, CLINUX_SETSIG, SIGURG) != 0) return -1;
    if (fcntl(file, CLINUX_SETLEASE, F_RDLCK) != 0) return -1;
    return fcntl(file, CLINUX_SETLEASE, F_UNLCK);
}

// statfs(2) has a structure of its own, which Swift's Glibc module does not show.
static inline int clinux_file_system(const char *path, unsigned int *magic) {
    struct statfs status;
    if (statfs(path, &status) != 0) return -1;
    *magic = (unsigned int)status.f_type;
    return 0;
}

// ioctl(2) is variadic; FICLONE of ioctl_ficlone(2) shares the blocks of two files.
static inline int clinux_clone(int target, int source) { return ioctl(target, FICLONE, source); }

// copy_file_range(2) is hidden without _GNU_SOURCE; this form goes on where both files stand.
static inline ssize_t clinux_copy(int source, int target, size_t count) {
    return syscall(SYS_copy_file_range, source, NULL, target, NULL, count, 0);
}

// ioctl(2) is variadic; the width of a terminal, 0 where there is none.
static inline int clinux_columns(int terminal) {
    struct winsize size;
    return ioctl(terminal, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// adjtimex(2) with nothing to adjust: whether the kernel takes the clock for right. Its header, which
// declares struct timespec anew, is left out; this is the beginning of its structure.
struct clinux_timex {
    unsigned int modes;
    long offset, frequency, largest_error, estimated_error;
    int status;
    long rest[32];
};
static inline int clinux_clock_is_synchronized(void) {
    struct clinux_timex clock = {.modes = 0};
    enum { UNSYNCHRONIZED = 0x40 };
    return syscall(SYS_adjtimex, &clock) >= 0 && !(clock.status & UNSYNCHRONIZED);
}

// setrlimit(2) names its first argument's type differently in C and C++ headers. Limits are lowered,
// never raised; a process notices the soft one, and the hard one ends it.
static inline int clinux_limit(int resource, unsigned long long soft, unsigned long long hard) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) return -1;
    if (limit.rlim_max > hard) limit.rlim_max = hard;
    if (limit.rlim_cur > soft) limit.rlim_cur = soft;
    if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
    return setrlimit(resource, &limit);
}

// The constants of <sys/resource.h> have different types in C and C++.
enum {
    CLINUX_LIMIT_DATA = RLIMIT_DATA,
    CLINUX_LIMIT_CPU = RLIMIT_CPU,
    CLINUX_LIMIT_FSIZE = RLIMIT_FSIZE,
    CLINUX_LIMIT_CORE = RLIMIT_CORE,
    CLINUX_LIMIT_NOFILE = RLIMIT_NOFILE,
};

// Bytes of memory and swap that the machine has; sysinfo(2).
static inline unsigned long long clinux_memory(void) {
    struct sysinfo info;
    if (sysinfo(&info) != 0) return 0;
    return ((unsigned long long)info.totalram + info.totalswap) * info.mem_unit;
}

// landlock(7). Debian 12's headers know version 2; later ones add what is set to zero for a kernel
// that does not know it, so that the structures may be longer than the kernel's own.
struct clinux_landlock_ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};
struct clinux_landlock_place {
    uint64_t allowed;
    int place;
} __attribute__((packed));
// LANDLOCK_ACCESS_FS_…
#define CLINUX_WRITE_FILE (1ull << 1)
#define CLINUX_READ_FILE (1ull << 2)
#define CLINUX_READ_DIR (1ull << 3)
#define CLINUX_REMOVE_DIR (1ull << 4)
#define CLINUX_REMOVE_FILE (1ull << 5)
#define CLINUX_MAKE_DIR (1ull << 7)
#define CLINUX_MAKE_REG (1ull << 8)
#define CLINUX_REFER (1ull << 13)
#define CLINUX_TRUNCATE (1ull << 14)
#define CLINUX_IOCTL_DEV (1ull << 15)
static const uint64_t CLINUX_LANDLOCK_READ = CLINUX_READ_FILE | CLINUX_READ_DIR;
static const uint64_t CLINUX_LANDLOCK_FILL =
    CLINUX_READ_FILE | CLINUX_READ_DIR | CLINUX_WRITE_FILE | CLINUX_TRUNCATE | CLINUX_MAKE_REG |
    CLINUX_MAKE_DIR | CLINUX_REMOVE_FILE | CLINUX_REMOVE_DIR | CLINUX_REFER;
static const uint64_t CLINUX_LANDLOCK_ON_FILES =
    CLINUX_READ_FILE | CLINUX_WRITE_FILE | CLINUX_TRUNCATE;
// The version that the kernel has, from 1 on; −1 when it has none.
static inline int clinux_landlock_version(void) {
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}
// The rights that a version knows, which are those that it refuses unless they are left.
static inline uint64_t clinux_landlock_rights(int version) {
    return ((1ull << 13) - 1) | (version >= 2 ? CLINUX_REFER : 0) |
           (version >= 3 ? CLINUX_TRUNCATE : 0) | (version >= 5 ? CLINUX_IOCTL_DEV : 0);
}
// From version 4 on no TCP, from version 6 on no abstract socket and no signal to the outside.
static inline int clinux_landlock_ruleset(int version) {
    struct clinux_landlock_ruleset rules = {
        .files = clinux_landlock_rights(version),
        .network = version >= 4 ? 3 : 0,
        .scopes = version >= 6 ? 3 : 0,
    };
    return (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
}
static inline int clinux_landlock_allow(int ruleset, int place, uint64_t rights) {
    struct clinux_landlock_place rule = {.allowed = rights, .place = place};
    return (int)syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0);
}
static inline int clinux_landlock_enter(int ruleset) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}
static inline int clinux_open_place(const char *path) { return open(path, CLINUX_PATH | O_CLOEXEC); }

#if defined(__x86_64__)
#define CLINUX_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define CLINUX_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "name the audit architecture of this processor, see <linux/audit.h>"
#endif

// A seccomp(2) filter for all threads of this process, which lasts until it ends: whatever reaches
// the network, another process, another program or a rarely tested corner of the kernel is refused
// with EPERM. What is left to a process is its files and its own memory.
#define CLINUX_FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define CLINUX_REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA))
#define CLINUX_REFUSED(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), CLINUX_REFUSE
static inline int clinux_seal(void) {
    struct sock_filter rules[] = {
        CLINUX_FIELD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLINUX_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        CLINUX_FIELD(nr),
#if defined(__x86_64__)
        // The x32 calls are the same under other numbers.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        CLINUX_REFUSE,
#endif
        CLINUX_REFUSED(socket),
        CLINUX_REFUSED(socketpair),
        CLINUX_REFUSED(connect),
        CLINUX_REFUSED(io_uring_setup),
        CLINUX_REFUSED(execve),
        CLINUX_REFUSED(execveat),
        CLINUX_REFUSED(ptrace),
        CLINUX_REFUSED(process_vm_readv),
        CLINUX_REFUSED(process_vm_writev),
        CLINUX_REFUSED(pidfd_getfd),
        CLINUX_REFUSED(pidfd_send_signal),
        CLINUX_REFUSED(kill),
        CLINUX_REFUSED(tkill),
        CLINUX_REFUSED(rt_sigqueueinfo),
        CLINUX_REFUSED(rt_tgsigqueueinfo),
        CLINUX_REFUSED(unshare),
        CLINUX_REFUSED(setns),
        CLINUX_REFUSED(mount),
        CLINUX_REFUSED(bpf),
        CLINUX_REFUSED(perf_event_open),
        CLINUX_REFUSED(userfaultfd),
        CLINUX_REFUSED(add_key),
        CLINUX_REFUSED(keyctl),
        CLINUX_REFUSED(request_key),
        // abort(3) sends a signal to its own process, and nobody else gets one.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 3),
        CLINUX_FIELD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)getpid(), 1, 0),
        CLINUX_REFUSE,
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof rules / sizeof rules[0], .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

// dl_iterate_phdr(3) and its argument, of which this is the beginning, are hidden without _GNU_SOURCE.
struct clinux_object {
    ElfW(Addr) address;
    const char *name;
    const ElfW(Phdr) *segments;
    ElfW(Half) count;
};
struct dl_phdr_info;
int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *, size_t, void *), void *data);

// The linker and the start of a program touch nearly every page of code and constants of nearly two
// hundred libraries, and few again: this gives them back to the page cache, whence they return when
// they are used. Only what was never written qualifies: a library whose code was relocated keeps it.
static int clinux_release_object(struct dl_phdr_info *info, size_t size, void *released) {
    const struct clinux_object *object = (const struct clinux_object *)info;
    ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);
    (void)size;
    for (int i = 0; i < object->count; i++) {
        if (object->segments[i].p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->address + object->segments[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag == DT_TEXTREL) return 0;
            if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL)) return 0;
        }
    }
    // Copied, because the list of segments lies in one of them, and reading it brings that back.
    ElfW(Phdr) segments[16];
    int count = object->count < 16 ? object->count : 16;
    for (int i = 0; i < count; i++) segments[i] = object->segments[i];
    for (int i = 0; i < count; i++) {
        if (segments[i].p_type != PT_LOAD || (segments[i].p_flags & PF_W)) continue;
        ElfW(Addr) begin = (object->address + segments[i].p_vaddr) & ~(page - 1);
        ElfW(Addr) end = object->address + segments[i].p_vaddr + segments[i].p_memsz;
        if (madvise((void *)begin, end - begin, MADV_DONTNEED) == 0) *(int *)released += 1;
    }
    return 0;
}
static inline int clinux_release_code(void) {
    int released = 0;
    // What was freed and lies between things that are used.
    malloc_trim(0);
    dl_iterate_phdr(clinux_release_object, &released);
    return released;
}

#endif
