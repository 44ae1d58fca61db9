// SPDX-License-Identifier: Apache-2.0
// One module for all libav headers: they include each other.
#ifndef RUSHES_CAV_H
#define RUSHES_CAV_H
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#endif
