// SPDX-License-Identifier: Apache-2.0
#include "CSentencePiece.h"

int csentencepiece_placeholder(void) { return 0; }
