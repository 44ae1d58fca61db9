# SPDX-License-Identifier: Apache-2.0
"""Where our own time goes: the table that `bench profile` prints, for the longest usual clip."""

import functools

import shapes

LENGTH = 6480


def length(session):
    return LENGTH if LENGTH in session.lengths else session.lengths[-1]


def key(session, precision):
    return f"N = {length(session)}, {precision}, {session.threads} threads"


def measure(session):
    results = session.results("profile")
    task = session.transformer("transformer", length(session))
    for precision in shapes.PRECISIONS:
        command = [session.program, "profile", task.folder, task.inputs, precision]
        make = functools.partial(read_table, session, command)
        session.measure(results, key(session, precision), make)


def read_table(session, command):
    return dict(table=session.run_ours(command, session.threads).strip())


def lines(session):
    results = session.results("profile")
    result = []
    for precision in reversed(shapes.PRECISIONS):
        found = results.good(key(session, precision))
        if found:
            result += [f"{key(session, precision)}:", "", found["table"], ""]
    remarks = results.remarks([key(session, precision) for precision in shapes.PRECISIONS])
    if not result and not remarks:
        return []
    return ["### Our own profile", "", *result, *remarks, ""]
