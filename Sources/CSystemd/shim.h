// SPDX-License-Identifier: Apache-2.0
#ifndef RUSHES_CSYSTEMD_H
#define RUSHES_CSYSTEMD_H
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#endif
