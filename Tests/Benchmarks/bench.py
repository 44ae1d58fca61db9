# SPDX-License-Identifier: Apache-2.0
"""Ours against diffusers and OpenVINO: the whole table.

    python Tests/Benchmarks/bench.py [--only transformer,vae] [--lengths 2240,6480] [--pairs 5]
        [--layers 2] [--threads N] [--record]

Prints Markdown, or writes it into BENCHMARKS.md with `--record`. Every measurement is kept in the
work folder as it is made: an interrupted run goes on, and a section can be run again alone.
`--scale tiny` tries the program itself in a minute or two; its figures mean nothing.
"""

import argparse
import os
import pathlib
import sys

import machine
import markdown
import section_decoder
import section_peaks
import section_profile
import section_starter
import section_text
import section_training
import section_transformer
import shapes
from session import REPOSITORY, Session

MEASURE = {
    "peaks": section_peaks.measure,
    "starter": section_starter.measure,
    "transformer": lambda session: section_transformer.measure(session, "transformer"),
    "vace": lambda session: section_transformer.measure(session, "vace"),
    "threads": section_transformer.measure_threads,
    "training": section_training.measure,
    "profile": section_profile.measure,
    "vae": section_decoder.measure,
    "frames": section_decoder.measure_lengths,
    "text": section_text.measure,
}

TABLES = [
    section_peaks.lines,
    lambda session: section_transformer.lines(session, "transformer"),
    lambda session: section_transformer.lines(session, "vace"),
    section_transformer.scaling_lines,
    section_transformer.thread_lines,
    section_training.lines,
    section_profile.lines,
    section_decoder.lines,
    section_decoder.length_lines,
    section_text.lines,
    section_starter.lines,
]

METHOD = """\
Each row: both engines loaded, one forward each that is not counted, then alternating pairs on
{threads} cores (`taskset`). Times are the median (lowest–highest), the ratio is of the medians
(lowest and highest of the pairs). Same random weights, same inputs. Errors are relative to
diffusers in float32: the norm of the difference by the norm. Memory is the peak of resident memory
of the process, with what it maps of its weights.

GFLOP/s are nominal, the same for everybody. A transformer layer of N tokens counts
2N(6d² + 2·d·ffn) + 4·512·d² + 4N²d + 4N·512·d; a decode counts what PyTorch's counter does. Ours
skips what is exactly equal: the rows that pad a text to 512 are collapsed to one, and a text's keys
and values are computed once for a prompt, before the forward. OpenVINO runs the converted module of
diffusers; its conversion is neither timed nor in its memory."""


def command(session):
    """The call that measures all of it again, without this machine's places."""
    words = [
        "python Tests/Benchmarks/bench.py",
        f"--lengths {','.join(map(str, session.lengths))}",
        f"--pairs {session.pairs} --layers {session.layers} --threads {session.threads}"]
    if session.scale.name != "full":
        words.append(f"--scale {session.scale.name}")
    return " ".join([*words, "--record"])


def report(session):
    lines = [
        "## Machine", "", *machine.describe(), "", "## Method", "",
        *METHOD.format(threads=session.threads).splitlines(), "",
        "Written by:", "", f"    {command(session)}", "", "## Results", ""]
    for table in TABLES:
        lines += table(session)
    while lines[-1] == "":
        lines.pop()
    return lines


def sections(text):
    chosen = text.split(",")
    for name in chosen:
        if name not in MEASURE:
            raise argparse.ArgumentTypeError(
                f"there is no section '{name}'; there is: {', '.join(MEASURE)}")
    return chosen


def numbers(text):
    return [int(part) for part in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=sections, default=list(MEASURE), metavar="SECTIONS",
                        help=", ".join(MEASURE))
    parser.add_argument("--lengths", type=numbers, metavar="N,N", help="tokens; all when absent")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--scale", choices=shapes.SCALES, default="full")
    parser.add_argument("--program", type=pathlib.Path,
                        default=REPOSITORY / ".build" / "release" / "bench")
    parser.add_argument("--rushes", type=pathlib.Path,
                        default=REPOSITORY / ".build" / "release" / "rushes")
    parser.add_argument("--work", type=pathlib.Path, default=REPOSITORY / ".build" / "benchmarks",
                        help="where models, inputs and results are kept")
    parser.add_argument("--again", action="store_true", help="measure what is there, too")
    parser.add_argument("--report", action="store_true", help="measure nothing, show what is there")
    parser.add_argument("--record", action="store_true", help="write BENCHMARKS.md")
    return parser.parse_args()


def main():
    options = parse()
    scale = shapes.SCALES[options.scale]
    lengths = options.lengths or [clip.tokens for clip in scale.clips]
    for tokens in lengths:
        scale.clip(tokens)
    for program in (options.program, options.rushes):
        if not program.exists():
            sys.exit(f"{program} is missing: swift build -c release")
    session = Session(
        scale=scale, work=options.work.absolute() / scale.name, program=options.program.absolute(),
        rushes=options.rushes.absolute(), lengths=lengths, layers=options.layers,
        pairs=options.pairs, threads=options.threads, again=options.again)
    if not options.report:
        session.prepare()
        for name in options.only:
            MEASURE[name](session)
    lines = report(session)
    if options.record:
        markdown.write_section(REPOSITORY / "BENCHMARKS.md", lines)
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
