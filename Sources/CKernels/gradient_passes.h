// SPDX-License-Identifier: Apache-2.0
//
// The passes of a training's backward and of its optimiser, a row a call; included by passes.h.

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
