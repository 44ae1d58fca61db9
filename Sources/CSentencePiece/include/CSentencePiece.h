// SPDX-License-Identifier: Apache-2.0
// A C face for the part of libsentencepiece (a C++ library) that reads a model: its pieces, their
// scores, and the normaliser that is kept in the model's own bytes.
#ifndef RUSHES_CSENTENCEPIECE_H
#define RUSHES_CSENTENCEPIECE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csentencepiece_model csentencepiece_model;

/// Bytes that stay valid until the model is closed.
typedef struct {
    const char *_Nullable start;
    size_t count;
} csentencepiece_bytes;

/// Reads the model file at `path`. On failure returns NULL and writes the reason, cut to `capacity`
/// bytes with its zero, to `reason`.
csentencepiece_model *_Nullable csentencepiece_open(
    const char *_Nonnull path, char *_Nonnull reason, size_t capacity);

/// The same for a model file's content.
csentencepiece_model *_Nullable csentencepiece_parse(
    const void *_Nonnull bytes, size_t count, char *_Nonnull reason, size_t capacity);

void csentencepiece_close(csentencepiece_model *_Nonnull model);

/// The number of pieces.
int32_t csentencepiece_count(const csentencepiece_model *_Nonnull model);

/// The text of piece `id`, 0 <= id < count.
csentencepiece_bytes csentencepiece_piece(const csentencepiece_model *_Nonnull model, int32_t id);

/// The logarithm of the probability of piece `id`.
float csentencepiece_score(const csentencepiece_model *_Nonnull model, int32_t id);

/// The model as a serialised `sentencepiece.ModelProto`.
csentencepiece_bytes csentencepiece_serialized(const csentencepiece_model *_Nonnull model);

#ifdef __cplusplus
}
#endif

#endif
