// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Products
internal import Requests
internal import Service

/// What the engine needs: models, encoders, a processor, a kernel that contains its workers.
extension Examination {
    static func models(_ settings: EngineSettings) -> [Finding] {
        let topic = "models"
        let listing = ModelListing(of: settings.engine)
        var findings = listing.troubles.map { name, reason in
            Finding(
                topic, .warning, "'\(name)' cannot be used: \(reason)",
                remedy: "copy the model again, or remove its folder")
        }
        let places = settings.models.map { "'\($0)'" }.joined(separator: " or ")
        let usable = listing.usable
        if usable.isEmpty {
            findings.append(
                Finding(
                    topic, .fault, "there is none that can be used in \(places)",
                    remedy: "install the package, which brings 'starter', or put a model's folder "
                        + "there"))
        } else {
            findings.insert(
                Finding(topic, .good, usable.joined(separator: ", ")), at: 0)
            if usable.count > 1, !usable.contains("starter") {
                findings.append(
                    Finding(
                        topic, .note,
                        "none of them is called 'starter', which requests without a "
                            + "\"model\" mean",
                        remedy: "requests have to say \"model\": \"\(usable[0])\", for example"))
            }
        }
        return findings
    }

    static func encoders() -> [Finding] {
        let missing = EngineFacts.missingEncoders
        guard !missing.isEmpty else {
            return [Finding("encoders", .good, "libavcodec writes every format")]
        }
        return missing.map { format, encoders in
            Finding(
                "encoders", ["mp4", "poster"].contains(format) ? .fault : .warning,
                "\(format) cannot be written: libavcodec has no "
                    + encoders.joined(separator: " and no "),
                remedy: "apt install \(EngineFacts.encoderPackage), in Debian's own build")
        }
    }

    static func processor() -> [Finding] {
        let native = EngineFacts.nativePrecisions.map(\.rawValue)
        let wide = EngineFacts.widePrecision.rawValue
        let instructions = EngineFacts.instructions
        let finding =
            switch instructions {
            case "avx512":
                Finding(
                    "processor", .good,
                    "AVX-512, with \(native.joined(separator: ", ")); a wide model is computed in "
                        + "\(wide), a narrow one in float32")
            case "avx2":
                Finding(
                    "processor", .note,
                    "AVX2 without AVX-512: every model is computed in float32, the same to within "
                        + "rounding, slower")
            default:
                Finding(
                    "processor", .warning,
                    "neither AVX-512 nor AVX2: it works, and takes many times as long",
                    remedy: "use a processor of 2015 or later, or tell the virtual machine to pass "
                        + "its features on")
            }
        let (threads, all) = (EngineFacts.threads, Machine.processors)
        let count = "\(threads) of \(all) processors"
        return [
            finding,
            threads < all
                ? Finding(
                    "threads", .note,
                    "\(count) may be used, by affinity or the quota of a control group",
                    remedy: "for the service, CPUQuota= and AllowedCPUs= in: systemctl edit rushes")
                : Finding("threads", .good, count),
        ]
    }

    static func containment() -> Finding {
        Containment.gap.map {
            Finding(
                "containment", .warning, $0,
                remedy: "put 'landlock' into the kernel parameter lsm=, see "
                    + "/sys/kernel/security/lsm")
        } ?? Finding("containment", .good, "Landlock and seccomp hold workers")
    }
}
