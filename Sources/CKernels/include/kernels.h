// SPDX-License-Identifier: Apache-2.0
//
// The passes between the large products, one row a call, compiled for several instruction sets and
// chosen when the program starts. Why C: Swift has no way to compile one function for several
// instruction sets, and with baseline x86-64 these passes cost more than the products between them
// (Sources/CKernels/README.md has the figures). There is nothing here but loops over vectors.
#ifndef RUSHES_KERNELS_H
#define RUSHES_KERNELS_H

#include <stdint.h>

/// How the elements of a stored row are represented.
typedef enum { ROW_FLOAT32 = 0, ROW_BFLOAT16 = 1, ROW_INT8 = 2, ROW_UINT8 = 3 } row_format;

/// One step of Adam with decoupled weight decay.
typedef struct {
    /// Multiplies each gradient.
    float gradient_scale;
    float beta1, beta2, epsilon;
    /// 1 − learning rate · weight decay.
    float decay;
    /// Learning rate / (1 − beta1ᵗ).
    float rate;
    /// 1/√(1 − beta2ᵗ).
    float root_correction;
} adam_step;

/// One function a pass; every pointer may be unaligned, `n` is any count of at least 1.
typedef struct {
    /// What the functions were compiled for: "avx512", "avx2" or "baseline".
    const char *name;

    /// y = (x − mean)/√(variance + epsilon) · scale + shift.
    void (*layer_norm)(
        const float *x, float *y, long n, float epsilon, const float *scale, const float *shift);
    /// x = x/√(mean(x²) + epsilon) · scale, in place.
    void (*rms_norm)(float *x, long n, float epsilon, const float *scale);
    /// Turns the pairs (2i, 2i+1) of each head of `channels` elements, in place.
    void (*rotate)(float *x, long n, long channels, const float *cosines, const float *sines);
    /// x = GELU in its tanh form, in place.
    void (*gelu)(float *x, long n);
    /// x += y · gate; a gate of NULL is 1.
    void (*add_gated)(float *x, const float *y, const float *gate, long n);
    /// x += bias.
    void (*add)(float *x, const float *bias, long n);

    /// Stores a row in the given format; int8 is symmetric in −127…127 and its scale is returned, so
    /// that x ≈ scale · q; uint8 is the same plus 128; 1 for the other formats.
    float (*store)(const float *x, void *y, row_format format, long n);
    /// The same from a row of bfloat16.
    float (*store_from_bfloat16)(const uint16_t *x, void *y, row_format format, long n);
    /// Rounds a row to what `format` can hold and leaves it in float32, in place.
    void (*round_to)(float *x, row_format format, long n);
    /// y = accumulated · row_scale · column_scales + bias; a bias of NULL is 0.
    void (*dequantize)(
        const int32_t *accumulated, float *y, float row_scale, const float *column_scales,
        const float *bias, long n);
    /// Quantises a matrix (rows, n) of bfloat16, rows `stride` apart, to int8 with a scale a column.
    void (*quantize_columns)(
        const uint16_t *x, long stride, int8_t *y, float *scales, long rows, long n);

    /// One row of one block of an online softmax in base 2.
    ///
    /// The logits are scale · (x − offsets) · key_scales + key_bias (NULL: 0, 1, 0), `x` in int32
    /// where `is_integer`; offsets are for int32 only. `largest` and `total` are the row's running maximum and sum. Writes the
    /// weights 2^(logit − maximum), in int8 format as 0…255, and returns the factor by which
    /// everything before this block has to be multiplied. Overwrites x.
    float (*softmax)(
        void *x, int is_integer, float scale, const int32_t *offsets, const float *key_scales,
        const float *key_bias, float *largest, float *total, void *weights, row_format format, long n);
    /// y = y · factor + x · column_scales; NULL is 1, `x` in int32 where `is_integer`.
    void (*accumulate)(
        float *y, float factor, const void *x, int is_integer, const float *column_scales, long n);
    /// sums = 128 · the sum of each of `rows` rows of n int8.
    void (*sum_rows)(const int8_t *x, int32_t *sums, long rows, long n);
    /// y = x · factor.
    void (*scale)(const float *x, float *y, float factor, long n);

    /// For each of `pixels` rows of n channels: x/max(‖x‖, 1e-12) · √n · gamma, then SiLU where
    /// `activate`, stored in `format` (float32 or bfloat16), rows `stride` elements apart.
    void (*normalize_pixels)(
        const float *x, void *y, row_format format, long pixels, long n, long stride,
        const float *gamma, int activate);

    // What training needs.

    /// y = x · gate.
    void (*multiply)(const float *x, const float *gate, float *y, long n);
    /// Σ x · y.
    float (*dot)(const float *x, const float *y, long n);
    /// dx += what `layer_norm` of x hands back of dy.
    void (*layer_norm_gradient)(
        const float *x, const float *dy, float *dx, long n, float epsilon, const float *scale);
    /// dy becomes what `rms_norm` of x hands back of it.
    void (*rms_norm_gradient)(
        const float *x, float *dy, long n, float epsilon, const float *scale);
    /// dy becomes what GELU of x hands back of it, and x GELU(x).
    void (*gelu_gradient)(float *x, float *dy, long n);
    /// x = 2^(x · scale + key_bias − log_sum); a bias of NULL is 0.
    void (*probabilities)(
        float *x, float scale, const float *key_bias, float log_sum, long n);
    /// dp = p · (dp − mean) · factor.
    void (*softmax_gradient)(const float *p, float *dp, float mean, float factor, long n);
    /// One step of `values` and of the moments `first` and `second`.
    void (*adam)(
        float *values, const float *gradients, float *first, float *second, const adam_step *by,
        long n);
} row_kernels;

/// The passes for the best instruction set that this processor has, or for the one that the
/// environment variable RUSHES_INSTRUCTIONS names (avx512, avx2, baseline) if it is a lesser one.
const row_kernels *kernels_for_this_processor(void);

#endif
