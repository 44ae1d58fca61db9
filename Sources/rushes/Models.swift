// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// What models there are.
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at models.", subcommands: [Check.self])
}
