# SPDX-License-Identifier: Apache-2.0
"""The film studio: a small world, rendered as captioned clips with their truth."""
