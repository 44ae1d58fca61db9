// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"
#define TABLE row_kernels_avx2
#define NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#include "passes.h"
#pragma clang attribute pop
