// SPDX-License-Identifier: Apache-2.0
// Linux calls that Swift's Glibc module does not show (it is built without _GNU_SOURCE).
#ifndef RUSHES_CLINUX_H
#define RUSHES_CLINUX_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

// S_IFMT and its kin are macros with casts.
static inline unsigned int clinux_kind(mode_t mode) { return mode & S_IFMT; }

// struct dirent ends in an array, which Swift sees as a tuple.
static inline const char *clinux_name(const struct dirent *entry) { return entry->d_name; }

// setpriority(2) names its first argument's type differently in C and C++ headers.
static inline int clinux_be_nicer(int level) { return setpriority(PRIO_PROCESS, 0, level); }

#endif
