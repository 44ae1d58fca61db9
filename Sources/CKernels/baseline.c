// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"
#define TABLE row_kernels_baseline
#define NAME "baseline"
#include "passes.h"
