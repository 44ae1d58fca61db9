// SPDX-License-Identifier: Apache-2.0
// libFuzzer's entry for programs with a main function of their own (FuzzerInterface.h of LLVM).
#ifndef RUSHES_CFUZZER_H
#define RUSHES_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***words, int (*run)(const uint8_t *bytes, size_t count));

#endif
