// SPDX-License-Identifier: Apache-2.0

import Glibc
import Model
import TestSupport
import Testing

extension Autoencoder {
    /// Reads the configuration of `folder` after some texts in it were replaced.
    init(copying folder: String, replacing changes: [String: String]) throws {
        let file = try #require(fopen("\(folder)/config.json", "r"))
        var bytes = [UInt8](repeating: 0, count: 65_536)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        fclose(file)
        var text = String(decoding: bytes, as: UTF8.self)
        for (old, new) in changes {
            let parts = text.components(separatedBy: old)
            try #require(parts.count == 2, "the configuration does not have \(old) once")
            text = parts.joined(separator: new)
        }
        self = try Autoencoder(text: text)
    }

    /// Reads a configuration of the given text.
    init(text: String) throws {
        var template = Array("/tmp/rushes-autoencoder-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        let path = "\(folder)/config.json"
        defer {
            unlink(path)
            rmdir(folder)
        }
        let file = try #require(fopen(path, "we"))
        fputs(text, file)
        fclose(file)
        self = try Autoencoder(ModelPart(folder: folder))
    }
}

extension String {
    /// The parts between each occurrence of `separator`.
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}

@Suite struct AutoencoderTests {
    @Test func absentKeysMeanTheReleasedWeights() throws {
        let autoencoder = try Autoencoder(text: "{}")
        #expect(autoencoder.latentChannels == 16)
        #expect(autoencoder.decoderBase == 96)
        #expect(autoencoder.multipliers == [1, 2, 4, 4])
        #expect(autoencoder.doublesTime == [true, true, false])
        #expect(autoencoder.residualBlocks == 2)
        #expect(autoencoder.latentMeans[15] == -0.2921)
        #expect(autoencoder.frames(fromLatentFrames: 21) == 81)
        #expect(autoencoder.pixels(fromLatents: 60) == 480)
    }

    @Test func sizesFollowTheLevelsWhateverDefaultsAreSaved() throws {
        let autoencoder = try Autoencoder(
            text: #"""
                {"dim_mult": [1, 2, 4], "temperal_downsample": [true, false],
                 "scale_factor_spatial": 8, "scale_factor_temporal": 4}
                """#)
        #expect(autoencoder.pixelsPerLatent == 4)
        #expect(autoencoder.framesPerLatent == 2)
        #expect(autoencoder.controlChannels == 48)
    }

    @Test(arguments: [
        (#"{"is_residual": true}"#, "is_residual"),
        (#"{"patch_size": 2}"#, "patch_size"),
        (#"{"out_channels": 12}"#, "out_channels"),
    ])
    func otherVersionsAreRefused(text: String, key: String) throws {
        let error = #expect(throws: ModelError.self) { _ = try Autoencoder(text: text) }
        guard case .unsupported(_, let what) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(what.contains("'\(key)'"))
        #expect(try #require(error).description.contains("not available in this version"))
    }

    @Test(arguments: [
        (#"{"z_dim": 0}"#, "z_dim"),
        (#"{"z_dim": "16"}"#, "z_dim"),
        (#"{"z_dim": 257}"#, "z_dim"),
        (#"{"z_dim": 4}"#, "latents_mean"),
        (#"{"base_dim": 1000000}"#, "base_dim"),
        (#"{"decoder_base_dim": -1}"#, "decoder_base_dim"),
        (#"{"num_res_blocks": 99}"#, "num_res_blocks"),
        (#"{"dim_mult": []}"#, "dim_mult"),
        (#"{"dim_mult": [1, 2, 4, 4, 4]}"#, "temperal_downsample"),
        (#"{"dim_mult": [1, 2, 4, 100]}"#, "dim_mult"),
        (#"{"dim_mult": [1, 1, 1, 1, 1, 1, 1, 1, 1]}"#, "dim_mult"),
        (#"{"temperal_downsample": [true, 1, false]}"#, "temperal_downsample"),
        (#"{"latents_std": [1, 2, 3]}"#, "latents_std"),
        (#"{"z_dim": 1, "latents_mean": [0], "latents_std": [0]}"#, "latents_std"),
        (#"{"z_dim": 1, "latents_mean": [1e300], "latents_std": [1]}"#, "latents_mean"),
    ])
    func wrongKeysAreNamed(text: String, key: String) throws {
        let error = #expect(throws: ModelError.self) { _ = try Autoencoder(text: text) }
        guard case .configuration(_, let named, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(named == key)
    }

    @Test func aMissingFileIsNamed() throws {
        let error = #expect(throws: ModelError.self) {
            _ = try Autoencoder(ModelPart(folder: "/nonexistent/vae"))
        }
        #expect(try #require(error).description.contains("/nonexistent/vae"))
    }
}
