// SPDX-License-Identifier: Apache-2.0
#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>

struct csentencepiece_model {
    sentencepiece::SentencePieceProcessor processor;
    std::string serialized;
};

// No exception may cross into C, so every entry that can allocate or fail is closed with a catch.

template <typename Load>
static csentencepiece_model *opened(const Load &load, char *reason, size_t capacity) {
    try {
        auto model = std::make_unique<csentencepiece_model>();
        const auto status = load(model->processor);
        if (!status.ok()) {
            std::snprintf(reason, capacity, "%s", status.ToString().c_str());
            return nullptr;
        }
        model->serialized = model->processor.serialized_model_proto();
        return model.release();
    } catch (const std::exception &error) {
        std::snprintf(reason, capacity, "%s", error.what());
    } catch (...) {
        std::snprintf(reason, capacity, "unknown error in libsentencepiece");
    }
    return nullptr;
}

csentencepiece_model *csentencepiece_open(const char *path, char *reason, size_t capacity) {
    return opened([&](auto &processor) { return processor.Load(path); }, reason, capacity);
}

csentencepiece_model *csentencepiece_parse(
    const void *bytes, size_t count, char *reason, size_t capacity) {
    return opened(
        [&](auto &processor) {
            return processor.LoadFromSerializedProto(
                std::string(static_cast<const char *>(bytes), count));
        },
        reason, capacity);
}

void csentencepiece_close(csentencepiece_model *model) { delete model; }

int32_t csentencepiece_count(const csentencepiece_model *model) {
    return model->processor.GetPieceSize();
}

csentencepiece_bytes csentencepiece_piece(const csentencepiece_model *model, int32_t id) {
    const std::string &piece = model->processor.IdToPiece(id);
    return {piece.data(), piece.size()};
}

float csentencepiece_score(const csentencepiece_model *model, int32_t id) {
    return model->processor.GetScore(id);
}

csentencepiece_bytes csentencepiece_serialized(const csentencepiece_model *model) {
    return {model->serialized.data(), model->serialized.size()};
}
