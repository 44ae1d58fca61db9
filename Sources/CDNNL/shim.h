// SPDX-License-Identifier: Apache-2.0
#ifndef RUSHES_CDNNL_H
#define RUSHES_CDNNL_H
#include <oneapi/dnnl/dnnl.h>
// Of the OpenMP run-time library that Debian's oneDNN is built with: how many threads the calling
// thread may fork. Its header comes with a compiler, not with the library.
void omp_set_num_threads(int count);
#endif
