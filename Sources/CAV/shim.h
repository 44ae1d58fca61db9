// SPDX-License-Identifier: Apache-2.0
// One module for all libav headers: they include each other.
#ifndef RUSHES_CAV_H
#define RUSHES_CAV_H
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
#include <libavutil/display.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

// AVERROR is a macro with an argument, which Swift does not import.
static inline int cav_again(void) { return AVERROR(EAGAIN); }

// AVERROR_EOF is built by a macro with arguments.
static inline int cav_end_of_file(void) { return AVERROR_EOF; }

// AV_NOPTS_VALUE is built with a cast.
static inline int64_t cav_no_timestamp(void) { return AV_NOPTS_VALUE; }

#endif
