// SPDX-License-Identifier: Apache-2.0
#ifndef RUSHES_CCRYPTO_H
#define RUSHES_CCRYPTO_H
#include <openssl/evp.h>
#endif
