// SPDX-License-Identifier: Apache-2.0
//
// The passes in terms of vectors of sixteen floats, which the compiler splits where the instruction
// set has shorter ones. Included once for each instruction set, with TABLE the name of its table
// and NAME what it is called.

// Everything that takes or returns a vector is inlined, so there is no ABI to change.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((ext_vector_type(16)));
typedef int32_t words __attribute__((ext_vector_type(16)));
typedef uint32_t unsigned_words __attribute__((ext_vector_type(16)));
typedef uint16_t halves __attribute__((ext_vector_type(16)));
typedef int8_t bytes __attribute__((ext_vector_type(16)));
typedef float half_lanes __attribute__((ext_vector_type(8)));

#define INLINE static inline __attribute__((always_inline))
#define LANES 16
// Adding 1.5·2²³ rounds to the nearest integer and leaves it in the low bits of the fraction.
#define MAGIC 12582912.0f

// The last lanes of a row, fewer than sixteen, are read and written apart; the others are zero.
#define LOADER(type, name, element)                                                               \
    INLINE type name(const element *p, long count) {                                              \
        type v;                                                                                   \
        if (__builtin_expect(count >= LANES, 1)) {                                                \
            __builtin_memcpy(&v, p, sizeof v);                                                    \
        } else {                                                                                  \
            v = 0;                                                                                \
            __builtin_memcpy(&v, p, (unsigned long)count * sizeof(element));                      \
        }                                                                                         \
        return v;                                                                                 \
    }
#define STORER(type, name, element)                                                               \
    INLINE void name(type v, element *p, long count) {                                            \
        if (__builtin_expect(count >= LANES, 1)) {                                                \
            __builtin_memcpy(p, &v, sizeof v);                                                    \
        } else {                                                                                  \
            __builtin_memcpy(p, &v, (unsigned long)count * sizeof(element));                      \
        }                                                                                         \
    }
LOADER(lanes, load, float)
LOADER(words, load_words, int32_t)
LOADER(halves, load_halves, uint16_t)
STORER(lanes, put, float)
STORER(halves, put_halves, uint16_t)
STORER(bytes, put_bytes, int8_t)

#define EACH(i, n) for (long i = 0; i < (n); i += LANES)

INLINE float sum(lanes v) {
    half_lanes h = v.lo + v.hi;
    float __attribute__((ext_vector_type(4))) q = h.lo + h.hi;
    return (q.x + q.y) + (q.z + q.w);
}

INLINE float largest_of(lanes v) {
    half_lanes h = __builtin_elementwise_max(v.lo, v.hi);
    float __attribute__((ext_vector_type(4))) q = __builtin_elementwise_max(h.lo, h.hi);
    float a = q.x > q.y ? q.x : q.y, b = q.z > q.w ? q.z : q.w;
    return a > b ? a : b;
}

// The larger ones; where either is NaN the second, which is what one instruction does.
INLINE lanes larger(lanes a, lanes b) { return a > b ? a : b; }

// 2ˣ for x ≤ 127; 0 below −126. Splits x = n + r with |r| ≤ ½; the polynomial is that of Cephes
// `exp2f` (S. Moshier, netlib.org/cephes), to about one unit in the last place.
INLINE lanes power_of_two(lanes x) {
    lanes clamped = larger(x, (lanes)-126.0f);
    lanes shifted = clamped + MAGIC;
    lanes r = clamped - (shifted - MAGIC);
    lanes p = 1.535336188319500e-4f;
    p = p * r + 1.339887440266574e-3f;
    p = p * r + 9.618437357674640e-3f;
    p = p * r + 5.550332471162809e-2f;
    p = p * r + 2.402264791363012e-1f;
    p = p * r + 6.931472028550421e-1f;
    p = p * r + 1.0f;
    return (lanes)((words)p + ((words)shifted << 23));
}

// The same to 12 bits, for weights that are then rounded to eight.
INLINE lanes rough_power_of_two(lanes x) {
    lanes clamped = larger(x, (lanes)-126.0f);
    lanes shifted = clamped + MAGIC;
    lanes r = clamped - (shifted - MAGIC);
    lanes p = 5.5171669e-2f;
    p = p * r + 2.4261411e-1f;
    p = p * r + 6.9326099e-1f;
    p = p * r + 9.9992807e-1f;
    return (lanes)((words)p + ((words)shifted << 23));
}

// x · sigmoid(z), for any z.
INLINE lanes gated_by_sigmoid(lanes x, lanes z) {
    lanes exponent = -larger(z * 1.44269504f, (lanes)-126.0f);
    return x / (1.0f + power_of_two(exponent));
}

INLINE halves to_bfloat16(lanes x) {
    unsigned_words bits = (unsigned_words)x;
    bits += 0x7fff + ((bits >> 16) & 1);
    // A NaN must stay one whatever its lower bits are.
    bits = x != x ? (unsigned_words)0x7fc00000 : bits;
    return __builtin_convertvector(bits >> 16, halves);
}

INLINE lanes from_bfloat16(halves x) {
    return (lanes)(__builtin_convertvector(x, unsigned_words) << 16);
}

INLINE bytes to_bytes(lanes rounded_with_magic) {
    return __builtin_convertvector((words)rounded_with_magic, bytes);
}

static void layer_norm(
    const float *x, float *y, long n, float epsilon, const float *scale, const float *shift) {
    lanes total = 0;
    EACH(i, n) total += load(x + i, n - i);
    float mean = sum(total) / (float)n;
    lanes squares = 0;
    long whole = n - n % LANES;
    EACH(i, whole) {
        lanes d = load(x + i, LANES) - mean;
        squares += d * d;
    }
    float variance = sum(squares);
    for (long i = whole; i < n; i++) variance += (x[i] - mean) * (x[i] - mean);
    float inverse = 1.0f / __builtin_sqrtf(variance / (float)n + epsilon);
    EACH(i, n) {
        long k = n - i;
        put((load(x + i, k) - mean) * inverse * load(scale + i, k) + load(shift + i, k), y + i, k);
    }
}

static void rms_norm(float *x, long n, float epsilon, const float *scale) {
    lanes squares = 0;
    EACH(i, n) {
        lanes v = load(x + i, n - i);
        squares += v * v;
    }
    float inverse = 1.0f / __builtin_sqrtf(sum(squares) / (float)n + epsilon);
    EACH(i, n) {
        long k = n - i;
        put(load(x + i, k) * inverse * load(scale + i, k), x + i, k);
    }
}

static void rotate(float *x, long n, long channels, const float *cosines, const float *sines) {
    for (long head = 0; head < n; head += channels) {
        float *row = x + head;
        long i = 0;
        for (; i + LANES <= channels; i += LANES) {
            half_lanes c, s;
            __builtin_memcpy(&c, cosines + i / 2, sizeof c);
            __builtin_memcpy(&s, sines + i / 2, sizeof s);
            lanes cc = __builtin_shufflevector(c, c, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
            half_lanes m = -s;
            lanes ss = __builtin_shufflevector(
                m, s, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
            lanes v = load(row + i, LANES);
            lanes swapped = __builtin_shufflevector(
                v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
            put(v * cc + swapped * ss, row + i, LANES);
        }
        for (; i < channels; i += 2) {
            float a = row[i], b = row[i + 1], c = cosines[i / 2], s = sines[i / 2];
            row[i] = a * c - b * s;
            row[i + 1] = a * s + b * c;
        }
    }
}

static void gelu(float *x, long n) {
    EACH(i, n) {
        lanes v = load(x + i, n - i);
        // ½(1 + tanh z) = sigmoid(2z), so one exponential suffices.
        put(gated_by_sigmoid(v, 1.5957691f * (v + 0.044715f * v * v * v)), x + i, n - i);
    }
}

static void add_gated(float *x, const float *y, const float *gate, long n) {
    if (gate) {
        EACH(i, n) {
            long k = n - i;
            put(load(x + i, k) + load(y + i, k) * load(gate + i, k), x + i, k);
        }
    } else {
        EACH(i, n) put(load(x + i, n - i) + load(y + i, n - i), x + i, n - i);
    }
}

static void add(float *x, const float *bias, long n) { add_gated(x, bias, 0, n); }

INLINE float int8_scale(lanes greatest) { return largest_of(greatest) / 127.0f; }

static float store(const float *x, void *y, row_format format, long n) {
    if (format == ROW_FLOAT32) {
        __builtin_memcpy(y, x, (unsigned long)n * sizeof *x);
        return 1;
    }
    if (format == ROW_BFLOAT16) {
        EACH(i, n) put_halves(to_bfloat16(load(x + i, n - i)), (uint16_t *)y + i, n - i);
        return 1;
    }
    lanes greatest = 0;
    EACH(i, n) {
        lanes magnitude = __builtin_elementwise_abs(load(x + i, n - i));
        greatest = larger(greatest, magnitude);
    }
    float scale = int8_scale(greatest), inverse = scale > 0 ? 1 / scale : 0;
    float middle = format == ROW_UINT8 ? MAGIC + 128 : MAGIC;
    EACH(i, n) put_bytes(to_bytes(load(x + i, n - i) * inverse + middle), (int8_t *)y + i, n - i);
    return scale;
}

static float store_from_bfloat16(const uint16_t *x, void *y, row_format format, long n) {
    if (format == ROW_FLOAT32) {
        EACH(i, n) put(from_bfloat16(load_halves(x + i, n - i)), (float *)y + i, n - i);
        return 1;
    }
    if (format == ROW_BFLOAT16) {
        __builtin_memcpy(y, x, (unsigned long)n * sizeof *x);
        return 1;
    }
    lanes greatest = 0;
    EACH(i, n) {
        lanes magnitude = __builtin_elementwise_abs(from_bfloat16(load_halves(x + i, n - i)));
        greatest = larger(greatest, magnitude);
    }
    float scale = int8_scale(greatest), inverse = scale > 0 ? 1 / scale : 0;
    EACH(i, n) {
        lanes v = from_bfloat16(load_halves(x + i, n - i));
        put_bytes(to_bytes(v * inverse + MAGIC), (int8_t *)y + i, n - i);
    }
    return scale;
}

static void round_to(float *x, row_format format, long n) {
    if (format == ROW_BFLOAT16) {
        EACH(i, n) put(from_bfloat16(to_bfloat16(load(x + i, n - i))), x + i, n - i);
    } else if (format == ROW_INT8) {
        lanes greatest = 0;
        EACH(i, n) {
            lanes magnitude = __builtin_elementwise_abs(load(x + i, n - i));
            greatest = larger(greatest, magnitude);
        }
        float scale = int8_scale(greatest), inverse = scale > 0 ? 1 / scale : 0;
        EACH(i, n) {
            lanes shifted = load(x + i, n - i) * inverse + MAGIC;
            put((shifted - MAGIC) * scale, x + i, n - i);
        }
    }
}

static void dequantize(
    const int32_t *accumulated, float *y, float row_scale, const float *column_scales,
    const float *bias, long n) {
    EACH(i, n) {
        long k = n - i;
        lanes a = __builtin_convertvector(load_words(accumulated + i, k), lanes);
        lanes v = a * (row_scale * load(column_scales + i, k));
        if (bias) v += load(bias + i, k);
        put(v, y + i, k);
    }
}

static void quantize_columns(
    const uint16_t *x, long stride, int8_t *y, float *scales, long rows, long n) {
    EACH(i, n) {
        long k = n - i;
        lanes greatest = 0;
        for (long row = 0; row < rows; row++) {
            lanes v = from_bfloat16(load_halves(x + row * stride + i, k));
            greatest = larger(greatest, __builtin_elementwise_abs(v));
        }
        lanes scale = greatest * (1.0f / 127.0f);
        lanes inverse = 1.0f / larger(scale, (lanes)1e-30f);
        put(scale, scales + i, k);
        for (long row = 0; row < rows; row++) {
            lanes v = from_bfloat16(load_halves(x + row * stride + i, k));
            put_bytes(to_bytes(v * inverse + MAGIC), y + row * n + i, k);
        }
    }
}

INLINE lanes logits(const void *x, int is_integer, const int32_t *offsets, long i, long k) {
    if (!is_integer) return load((const float *)x + i, k);
    words v = load_words((const int32_t *)x + i, k);
    if (offsets) v -= load_words(offsets + i, k);
    return __builtin_convertvector(v, lanes);
}

static void sum_rows(const int8_t *x, int32_t *sums, long rows, long n) {
    for (long row = 0; row < rows; row++) {
        int32_t total = 0;
        for (long i = 0; i < n; i++) total += x[row * n + i];
        sums[row] = 128 * total;
    }
}

// One of the variants of `softmax`: everything but x and n is known where it is inlined.
INLINE float softmax_variant(
    void *x, int is_integer, float scale, const int32_t *offsets, const float *key_scales,
    const float *key_bias, float *largest, float *total, void *weights, row_format format, long n) {
    lanes greatest = -3e38f;
    long whole = n - n % LANES;
    EACH(i, whole) {
        lanes v = logits(x, is_integer, offsets, i, LANES) * scale;
        if (key_scales) v *= load(key_scales + i, LANES);
        if (key_bias) v += load(key_bias + i, LANES);
        put(v, (float *)x + i, LANES);
        greatest = larger(greatest, v);
    }
    float highest = largest_of(greatest);
    for (long i = whole; i < n; i++) {
        int32_t offset = offsets ? offsets[i] : 0;
        float v = is_integer ? (float)(((const int32_t *)x)[i] - offset) : ((const float *)x)[i];
        v *= scale;
        if (key_scales) v *= key_scales[i];
        if (key_bias) v += key_bias[i];
        ((float *)x)[i] = v;
        if (v > highest) highest = v;
    }
    float before = *largest;
    if (highest < before) highest = before;
    *largest = highest;
    lanes sums = 0;
    EACH(i, n) {
        long k = n - i;
        lanes v = load((const float *)x + i, k) - highest;
        // Lanes beyond the row must not count.
        if (k < LANES) {
            float row[LANES];
            __builtin_memcpy(row, &v, sizeof row);
            for (long j = k; j < LANES; j++) row[j] = -1e30f;
            __builtin_memcpy(&v, row, sizeof row);
        }
        if (format == ROW_INT8) {
            lanes shifted = rough_power_of_two(v) * 255.0f + MAGIC;
            put_bytes(to_bytes(shifted), (int8_t *)weights + i, k);
            lanes rounded = shifted - MAGIC;
            sums += rounded;
        } else if (format == ROW_BFLOAT16) {
            halves h = to_bfloat16(rough_power_of_two(v));
            put_halves(h, (uint16_t *)weights + i, k);
            sums += from_bfloat16(h);
        } else {
            lanes e = power_of_two(v);
            if (k < LANES) e = v < -1e29f ? (lanes)0 : e;
            put(e, (float *)weights + i, k);
            sums += e;
        }
    }
    float factor = __builtin_exp2f(before - highest);
    *total = *total * factor + sum(sums);
    return factor;
}

static float softmax(
    void *x, int is_integer, float scale, const int32_t *offsets, const float *key_scales,
    const float *key_bias, float *largest, float *total, void *weights, row_format format, long n) {
    if (is_integer && format == ROW_INT8 && offsets && key_scales && !key_bias) {
        return softmax_variant(
            x, 1, scale, offsets, key_scales, 0, largest, total, weights, ROW_INT8, n);
    }
    if (!is_integer && format == ROW_BFLOAT16 && !key_scales && !key_bias) {
        return softmax_variant(x, 0, scale, 0, 0, 0, largest, total, weights, ROW_BFLOAT16, n);
    }
    if (!is_integer && format == ROW_FLOAT32 && !key_scales && !key_bias) {
        return softmax_variant(x, 0, scale, 0, 0, 0, largest, total, weights, ROW_FLOAT32, n);
    }
    return softmax_variant(
        x, is_integer, scale, offsets, key_scales, key_bias, largest, total, weights, format, n);
}

static void accumulate(
    float *y, float factor, const void *x, int is_integer, const float *column_scales, long n) {
    EACH(i, n) {
        long k = n - i;
        lanes v = logits(x, is_integer, 0, i, k);
        if (column_scales) v *= load(column_scales + i, k);
        put(load(y + i, k) * factor + v, y + i, k);
    }
}

static void scale_row(const float *x, float *y, float factor, long n) {
    EACH(i, n) put(load(x + i, n - i) * factor, y + i, n - i);
}

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

static void multiply(const float *x, const float *gate, float *y, long n) {
    EACH(i, n) put(load(x + i, n - i) * load(gate + i, n - i), y + i, n - i);
}

static float dot(const float *x, const float *y, long n) {
    lanes total = 0;
    EACH(i, n) total += load(x + i, n - i) * load(y + i, n - i);
    return sum(total);
}

static void layer_norm_gradient(
    const float *x, const float *dy, float *dx, long n, float epsilon, const float *scale) {
    lanes total = 0;
    EACH(i, n) total += load(x + i, n - i);
    float mean = sum(total) / (float)n;
    lanes squares = 0, slopes = 0, products = 0;
    long whole = n - n % LANES;
    EACH(i, whole) {
        lanes d = load(x + i, LANES) - mean, g = load(dy + i, LANES) * load(scale + i, LANES);
        squares += d * d;
        slopes += g;
        products += g * d;
    }
    float variance = sum(squares), slope = sum(slopes), product = sum(products);
    for (long i = whole; i < n; i++) {
        float d = x[i] - mean, g = dy[i] * scale[i];
        variance += d * d;
        slope += g;
        product += g * d;
    }
    float inverse = 1.0f / __builtin_sqrtf(variance / (float)n + epsilon);
    slope /= (float)n;
    product *= inverse * inverse / (float)n;
    EACH(i, n) {
        long k = n - i;
        lanes g = load(dy + i, k) * load(scale + i, k);
        lanes d = load(x + i, k) - mean;
        put(load(dx + i, k) + inverse * (g - slope - d * product), dx + i, k);
    }
}

static void rms_norm_gradient(
    const float *x, float *dy, long n, float epsilon, const float *scale) {
    lanes squares = 0, products = 0;
    EACH(i, n) {
        long k = n - i;
        lanes v = load(x + i, k);
        squares += v * v;
        products += v * load(dy + i, k) * load(scale + i, k);
    }
    float inverse = 1.0f / __builtin_sqrtf(sum(squares) / (float)n + epsilon);
    float product = sum(products) * inverse * inverse / (float)n;
    EACH(i, n) {
        long k = n - i;
        lanes g = load(dy + i, k) * load(scale + i, k);
        put(inverse * (g - load(x + i, k) * product), dy + i, k);
    }
}

static void gelu_gradient(float *x, float *dy, long n) {
    EACH(i, n) {
        long k = n - i;
        lanes v = load(x + i, k);
        lanes s = gated_by_sigmoid((lanes)1.0f, 1.5957691f * (v + 0.044715f * v * v * v));
        lanes slope = 1.5957691f * (1.0f + 0.134145f * v * v);
        put(load(dy + i, k) * (s + v * s * (1.0f - s) * slope), dy + i, k);
        put(v * s, x + i, k);
    }
}

static void probabilities(
    float *x, float scale, const float *key_bias, float log_sum, long n) {
    EACH(i, n) {
        long k = n - i;
        lanes v = load(x + i, k) * scale - log_sum;
        if (key_bias) v += load(key_bias + i, k);
        put(power_of_two(v), x + i, k);
    }
}

static void softmax_gradient(const float *p, float *dp, float mean, float factor, long n) {
    EACH(i, n) {
        long k = n - i;
        put(load(p + i, k) * (load(dp + i, k) - mean) * factor, dp + i, k);
    }
}

static void adam(
    float *values, const float *gradients, float *first, float *second, const adam_step *by,
    long n) {
    lanes smallest = by->epsilon;
    EACH(i, n) {
        long k = n - i;
        lanes g = load(gradients + i, k) * by->gradient_scale;
        lanes m = load(first + i, k), v = load(second + i, k), w = load(values + i, k);
        m += (g - m) * (1.0f - by->beta1);
        v = v * by->beta2 + g * g * (1.0f - by->beta2);
        lanes root = __builtin_elementwise_sqrt(v) * by->root_correction + smallest;
        put(w * by->decay - by->rate * m / root, values + i, k);
        put(m, first + i, k);
        put(v, second + i, k);
    }
}

const row_kernels TABLE = {
    .name = NAME,
    .layer_norm = layer_norm,
    .rms_norm = rms_norm,
    .rotate = rotate,
    .gelu = gelu,
    .add_gated = add_gated,
    .add = add,
    .store = store,
    .store_from_bfloat16 = store_from_bfloat16,
    .round_to = round_to,
    .dequantize = dequantize,
    .quantize_columns = quantize_columns,
    .softmax = softmax,
    .sum_rows = sum_rows,
    .accumulate = accumulate,
    .scale = scale_row,
    .normalize_pixels = normalize_pixels,
    .multiply = multiply,
    .dot = dot,
    .layer_norm_gradient = layer_norm_gradient,
    .rms_norm_gradient = rms_norm_gradient,
    .gelu_gradient = gelu_gradient,
    .probabilities = probabilities,
    .softmax_gradient = softmax_gradient,
    .adam = adam,
};
