// SPDX-License-Identifier: Apache-2.0
// Linux calls that Swift's Glibc module does not show (it is built without _GNU_SOURCE).
#ifndef RUSHES_CLINUX_H
#define RUSHES_CLINUX_H

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

// renameat2(2): declared here because <stdio.h> hides it without _GNU_SOURCE.
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path,
              unsigned int flags);

// pidfd_open(2) has no glibc wrapper in Debian 12's headers without _GNU_SOURCE.
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// prctl(2) is variadic, which Swift cannot call.
static inline int clinux_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

#endif
