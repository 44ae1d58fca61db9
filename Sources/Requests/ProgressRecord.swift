// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension StatusRecord.Running {
    /// The content of `NAME.progress.json`, which stands beside a result to come.
    package func progressText(at time: Timestamp) -> String {
        let record: JSONValue = [
            "status": "running", "request": .string(request),
            "mode": mode.map { .string($0.rawValue) } ?? .null, "stage": .string(stage),
            "completed": .integer(Int64(completed)), "total": .integer(Int64(total)),
            "percent": .integer(Int64(percent)), "seconds": .integer(Int64(seconds)),
            "seconds_left": secondsLeft.map { .integer(Int64($0)) } ?? .null,
            "updated": .string(time.description),
        ]
        return record.serialized()
    }
}
