// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"
#define TABLE row_kernels_avx512
#define NAME "avx512"
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2"))), apply_to = function)
#include "passes.h"
#pragma clang attribute pop
