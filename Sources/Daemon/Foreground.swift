// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Glibc
internal import Requests
internal import Spool

/// The commands that work here and now, for a person who waits at a terminal or for a script.
package enum Foreground {
    /// Makes one request's results into a folder, which gets what the outbox folder would hold.
    ///
    /// Without a folder it is called like the request and stands in the current directory. Nothing
    /// appears in it before everything is complete, and nothing at all after a failure.
    package static func generate(_ path: String, into folder: String?, engine: EngineSettings)
        -> ExitStatus
    {
        let name = RequestFile.resultName(of: path)
        let bytes: [UInt8]
        switch RequestFile.read(path) {
        case .success(let content): bytes = content
        case .failure(let unreadable): return refuse(path, unreadable)
        }
        do throws(SpoolError) {
            let target = folder ?? name
            let delivery = try Delivery(to: target)
            let bar = ProgressBar()
            let production = Production(engine: engine.engine, name: name, queued: .now())
            let result = try production.make(
                bytes, media: { names throws(SpoolError) in try media(names, beside: path) },
                into: delivery.output
            ) { bar.show($0) }
            bar.end()
            switch result {
            case .made(var record):
                let note = install(&record, from: delivery.output, into: target, engine.library)
                try delivery.write(Array(record.text.utf8), as: "result.json")
                try delivery.write(bytes, as: "request.json")
                try delivery.finish()
                for file in record.files { output("\(target)/\(file.name)") }
                if let note { complain(note) }
                return .success
            case .interrupted:
                return .tryAgain
            case .refused(let refusal):
                complain(refusal.report(fileName: RequestFile.name(of: path), isInOutbox: false))
                return refusal.status
            }
        } catch {
            complain("rushes: \(error)")
            return .cannotCreate
        }
    }

    /// Installs the style that was made, if one was, and says where it is or how it gets there.
    private static func install(
        _ record: inout ResultRecord, from folder: String, into target: String,
        _ library: StyleLibrary
    ) -> String? {
        guard let style = record.madeStyle, let name = StyleName(style.name) else { return nil }
        do throws(StyleError) {
            let version = try library.install("\(folder)/\(style.file)", as: name)
            record.madeStyle?.version = version
            return "The style is installed in '\(library.folder)': write "
                + "\"style\": \"\(name.at(version: version))\" in a request."
        } catch {
            return "\(error.message) To install it, copy '\(target)/\(style.file)' to "
                + "'\(library.folder)/\(name).safetensors'."
        }
    }

    /// Checks requests and prints what each would do, or all that is wrong with it.
    ///
    /// The status is that of the first request that is wrong.
    package static func validate(_ paths: [String], engine: EngineSettings) -> ExitStatus {
        var status = ExitStatus.success
        for path in paths {
            let result = check(path, engine.engine)
            if status == .success { status = result }
        }
        return status
    }

    private static func check(_ path: String, _ engine: Engine) -> ExitStatus {
        let bytes: [UInt8]
        switch RequestFile.read(path) {
        case .success(let content): bytes = content
        case .failure(let unreadable): return refuse(path, unreadable)
        }
        do throws(RequestError) {
            let request = try Request(parsing: bytes)
            let files: MediaFiles
            switch lookForMedia(of: request, bytes, beside: path) {
            case .success(let found): files = found
            case .failure(let status): return status
            }
            do throws(GenerationError) {
                output(try engine.planText(of: request, media: files))
                return .success
            } catch {
                complain(
                    error.failure.located(in: bytes).report(
                        fileName: RequestFile.name(of: path), source: bytes, isInOutbox: false))
                return ExitStatus(rawValue: error.exitStatus) ?? .internalError
            }
        } catch {
            complain(error.report(fileName: RequestFile.name(of: path), isInOutbox: false))
            return .badRequest
        }
    }

    /// The files that a request names, or the status after a report that says what is missing.
    private static func lookForMedia(
        of request: Request, _ bytes: [UInt8], beside path: String
    ) -> Result<MediaFiles, ExitStatus> {
        do {
            let found = FoundMedia(try media(request.media.map(\.text), beside: path))
            return .success(try found.files(of: request, source: bytes))
        } catch let failure as Failure {
            complain(
                failure.report(
                    fileName: RequestFile.name(of: path), source: bytes, isInOutbox: false))
            return .failure(.inputMissing)
        } catch {
            complain("rushes: \(error)")
            return .failure(.tryAgain)
        }
    }

    /// The files of a request where they lie.
    private static func media(
        _ names: [String], beside path: String
    ) throws(SpoolError) -> [Medium] {
        guard !names.isEmpty else { return [] }
        let source = try MediaSource(besideRequest: path)
        var media: [Medium] = []
        for name in names { media.append(try source.find(name)) }
        return media
    }

    private static func refuse(_ path: String, _ unreadable: UnreadableRequest) -> ExitStatus {
        complain("rushes: '\(path)': \(unreadable) \(unreadable.hint)")
        return unreadable == .missing ? .inputMissing : .badRequest
    }

    private static func output(_ text: String) {
        put(text, STDOUT_FILENO)
    }

    private static func complain(_ text: String) {
        put(text, STDERR_FILENO)
    }
}

/// Writes a line or a text that ends in one; a reader that went away is no reason to fail.
func put(_ text: String, _ descriptor: Int32) {
    var bytes = Array(text.utf8)
    if bytes.last != 0x0A { bytes.append(0x0A) }
    write(bytes, descriptor)
}

func write(_ bytes: [UInt8], _ descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}
