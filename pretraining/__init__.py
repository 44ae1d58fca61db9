# SPDX-License-Identifier: Apache-2.0
"""Trains the starter checkpoint from nothing on clips that this package renders."""
