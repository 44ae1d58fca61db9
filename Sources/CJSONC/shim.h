// SPDX-License-Identifier: Apache-2.0
#ifndef RUSHES_CJSONC_H
#define RUSHES_CJSONC_H
#include <json-c/json.h>
#endif
