# SPDX-License-Identifier: Apache-2.0
"""Readers: what of the eight attributes a clip shows."""
