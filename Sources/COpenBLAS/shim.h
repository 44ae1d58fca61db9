// SPDX-License-Identifier: Apache-2.0
#ifndef RUSHES_COPENBLAS_H
#define RUSHES_COPENBLAS_H
#include <cblas.h>
#endif
