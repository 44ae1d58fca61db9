// SPDX-License-Identifier: Apache-2.0
// A C face for libsentencepiece (a C++ library): load a model, encode text.
#ifndef RUSHES_CSENTENCEPIECE_H
#define RUSHES_CSENTENCEPIECE_H

#ifdef __cplusplus
extern "C" {
#endif

int csentencepiece_placeholder(void);

#ifdef __cplusplus
}
#endif

#endif
