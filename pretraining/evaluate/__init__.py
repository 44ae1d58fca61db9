# SPDX-License-Identifier: Apache-2.0
"""The starter's scoreboard: what the engine makes, measured on rendered scenes."""
