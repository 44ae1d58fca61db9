// SPDX-License-Identifier: Apache-2.0
//
// The passes of convolutions, over the pixels of a frame with its channels last; included by passes.h.

static void normalize_pixels(
    const float *x, void *y, row_format format, long pixels, long n, long stride,
    const float *gamma, int activate) {
    float root = __builtin_sqrtf((float)n);
    for (long pixel = 0; pixel < pixels; pixel++, x += n) {
        lanes squares = 0;
        EACH(i, n) {
            lanes v = load(x + i, n - i);
            squares += v * v;
        }
        float norm = __builtin_sqrtf(sum(squares));
        float inverse = root / (norm > 1e-12f ? norm : 1e-12f);
        EACH(i, n) {
            long k = n - i;
            lanes v = load(x + i, k) * inverse * load(gamma + i, k);
            if (activate) v = gated_by_sigmoid(v, v);
            if (format == ROW_BFLOAT16) {
                put_halves(to_bfloat16(v), (uint16_t *)y + pixel * stride + i, k);
            } else {
                put(v, (float *)y + pixel * stride + i, k);
            }
        }
    }
}

static void store_sum(
    const float *a, const float *b, float sign, void *y, row_format format, long n) {
    EACH(i, n) {
        long k = n - i;
        lanes v = load(a + i, k) + sign * load(b + i, k);
        if (format == ROW_BFLOAT16) {
            put_halves(to_bfloat16(v), (uint16_t *)y + i, k);
        } else {
            put(v, (float *)y + i, k);
        }
    }
}

static void add_terms(
    float *y, const float *const *terms, const float *signs, long count, const float *bias,
    const float *rest, long pixels, long n) {
    for (long pixel = 0; pixel < pixels; pixel++) {
        EACH(i, n) {
            long k = n - i, at = pixel * n + i;
            lanes v = load(bias + i, k);
            for (long term = 0; term < count; term++) v += signs[term] * load(terms[term] + at, k);
            if (rest) v += load(rest + at, k);
            put(v, y + at, k);
        }
    }
}

static void keep_pixels(const float *x, uint8_t *y, long pixels, long n) {
    for (long pixel = 0; pixel < pixels; pixel++, x += n, y += n + 4) {
        lanes least = 3e38f, greatest = -3e38f;
        long whole = n - n % LANES;
        EACH(i, whole) {
            lanes v = load(x + i, LANES);
            least = v < least ? v : least;
            greatest = larger(v, greatest);
        }
        float low = -largest_of(-least), high = largest_of(greatest);
        for (long i = whole; i < n; i++) {
            if (x[i] < low) low = x[i];
            if (x[i] > high) high = x[i];
        }
        // What is read back must be what was reckoned with.
        uint16_t header[2];
        lanes pair = 0;
        pair.x = low;
        pair.y = (high - low) * (1.0f / 254.0f);
        halves rounded = to_bfloat16(pair);
        header[0] = rounded.x;
        header[1] = rounded.y;
        lanes back = from_bfloat16(rounded);
        float step = back.y, inverse = step > 0 ? 1 / step : 0;
        __builtin_memcpy(y, header, sizeof header);
        EACH(i, n) {
            long k = n - i;
            lanes v = (load(x + i, k) - back.x) * inverse;
            v = larger(v, (lanes)0.0f);
            v = v < 255.0f ? v : (lanes)255.0f;
            put_bytes(to_bytes(v + MAGIC), (int8_t *)y + 4 + i, k);
        }
    }
}

static void recall_pixels(const uint8_t *x, float *y, long pixels, long n) {
    for (long pixel = 0; pixel < pixels; pixel++, x += n + 4, y += n) {
        halves header = 0;
        __builtin_memcpy(&header, x, 4);
        lanes back = from_bfloat16(header);
        EACH(i, n) {
            long k = n - i;
            lanes v = __builtin_convertvector(load_bytes(x + 4 + i, k), lanes);
            put(v * back.y + back.x, y + i, k);
        }
    }
}
