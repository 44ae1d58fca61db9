// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Spool

/// What of a job's results goes elsewhere than into the outbox.
extension Daemon {
    /// Installs the style that a finished job made, and writes into its record how to call it.
    ///
    /// A worker cannot: its cell has no way out. It is done between the worker's end and the
    /// publishing, and may be done again: the same bytes are the same version, and a record that has
    /// a version is left alone.
    ///
    /// - Throws: `StyleError` and `SpoolError` where it has to wait; the job is put off then.
    func installStyle(of claim: borrowing Claim) throws {
        guard let wanted = try Self.customization(claim.content()),
            let record = try claim.record(limit: ResultSummary.limit),
            var style = ResultRecord.MadeStyle(inResult: record), style.version == nil
        else { return }
        // Believed as far as the request goes: whoever takes a worker over makes no other style.
        guard style.name == wanted.name, let name = StyleName(style.name),
            try claim.holds(style.file)
        else {
            return trouble("'\(claim.request)' says that it made a style, and holds none")
        }
        let library = StyleLibrary(folder: configuration.styles)
        let version = try library.install("\(claim.output)/\(style.file)", as: name)
        style.version = version
        try claim.replaceRecord(with: style.placed(inResult: record))
        log(
            .styleInstalled(
                job: claim.id, request: claim.request, style: name.at(version: version).description,
                folder: library.folder))
    }

    /// What a request says of the style that it is to make; nil for one that makes none.
    private static func customization(_ bytes: [UInt8]?) -> Mode.Customization? {
        guard let bytes else { return nil }
        do throws(RequestError) {
            let request = try Request(parsing: bytes)
            guard case .customization(let customization) = request.mode else { return nil }
            return customization
        } catch {
            // No worker made anything of it.
            return nil
        }
    }
}
