// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

#include <stdlib.h>
#include <string.h>

extern const row_kernels row_kernels_baseline, row_kernels_avx2, row_kernels_avx512;

const row_kernels *kernels_for_this_processor(void) {
    const char *wanted = getenv("RUSHES_INSTRUCTIONS");
    if (wanted && strcmp(wanted, "baseline") == 0) return &row_kernels_baseline;
    int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                   __builtin_cpu_supports("bmi2");
    int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") &&
                     __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                     __builtin_cpu_supports("avx512vl");
    if (has_avx512 && !(wanted && strcmp(wanted, "avx2") == 0)) return &row_kernels_avx512;
    return has_avx2 ? &row_kernels_avx2 : &row_kernels_baseline;
}
