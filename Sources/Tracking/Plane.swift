// SPDX-License-Identifier: Apache-2.0

/// Values on a grid, shape (height, width), rows from top to bottom.
///
/// Places between the grid's points are given in pixels: (0, 0) is the centre of the first one.
struct Plane<Value: Sendable>: Sendable {
    let width: Int
    let height: Int
    var values: [Value]

    init(width: Int, height: Int, filledWith value: Value) {
        self.width = width
        self.height = height
        values = [Value](repeating: value, count: width * height)
    }

    subscript(x: Int, y: Int) -> Value {
        get { values[y * width + x] }
        set { values[y * width + x] = newValue }
    }

    /// The value at the grid's nearest point, or that of the border beyond it.
    func nearest(x: Int, y: Int) -> Value {
        values[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)]
    }

    /// The same grid with every value replaced.
    func map<Other>(_ change: (Value) -> Other) -> Plane<Other> {
        var other = Plane<Other>(width: width, height: height, filledWith: change(values[0]))
        for index in values.indices { other.values[index] = change(values[index]) }
        return other
    }

    /// Whether a place lies on the grid, the outer half of its border pixels included.
    func contains(_ place: SIMD2<Float>) -> Bool {
        place.x > -0.5 && place.y > -0.5 && place.x < Float(width) - 0.5
            && place.y < Float(height) - 0.5
    }
}

extension Plane where Value: SIMD, Value.Scalar == Float {
    /// The value between four points, the border's beyond it.
    func at(_ place: SIMD2<Float>) -> Value {
        let x = min(max(place.x, 0), Float(width - 1))
        let y = min(max(place.y, 0), Float(height - 1))
        let (left, top) = (Int(x), Int(y))
        let (right, across) = (x - Float(left), y - Float(top))
        let start = top * width + left
        let aside = left + 1 < width ? 1 : 0
        let below = top + 1 < height ? width : 0
        let upper = values[start] * (1 - right) + values[start + aside] * right
        let lower = values[start + below] * (1 - right) + values[start + below + aside] * right
        return upper * (1 - across) + lower * across
    }

    /// Half the size: each point the mean of four.
    func halved() -> Plane {
        var small = Plane(
            width: max(1, width / 2), height: max(1, height / 2), filledWith: values[0])
        for y in 0..<small.height {
            let (top, bottom) = (2 * y * width, min(2 * y + 1, height - 1) * width)
            for x in 0..<small.width {
                let (left, right) = (2 * x, min(2 * x + 1, width - 1))
                let upper = values[top + left] + values[top + right]
                small[x, y] = (upper + values[bottom + left] + values[bottom + right]) * 0.25
            }
        }
        return small
    }
}

extension Plane where Value == Float {
    /// The value between four points, 0 beyond the border.
    func at(_ place: SIMD2<Float>) -> Float {
        let left = Int(place.x.rounded(.down))
        let top = Int(place.y.rounded(.down))
        guard left >= -1, top >= -1, left < width, top < height else { return 0 }
        let (right, across) = (place.x - Float(left), place.y - Float(top))
        func value(_ x: Int, _ y: Int) -> Float {
            x >= 0 && y >= 0 && x < width && y < height ? values[y * width + x] : 0
        }
        let upper = value(left, top) * (1 - right) + value(left + 1, top) * right
        let lower = value(left, top + 1) * (1 - right) + value(left + 1, top + 1) * right
        return upper * (1 - across) + lower * across
    }

    /// Each value replaced by the mean of the square that reaches `radius` points to each side.
    func blurred(radius: Int) -> Plane {
        guard radius > 0 else { return self }
        return meanOfRows(radius: radius).transposed().meanOfRows(radius: radius).transposed()
    }

    /// Each value replaced by the greatest within one point.
    func widened() -> Plane {
        var wide = self
        for y in 0..<height {
            for x in 0..<width {
                var most = self[x, y]
                for down in -1...1 {
                    for right in -1...1 { most = max(most, nearest(x: x + right, y: y + down)) }
                }
                wide[x, y] = most
            }
        }
        return wide
    }

    private func meanOfRows(radius: Int) -> Plane {
        var mean = self
        let share = 1 / Float(2 * radius + 1)
        for y in 0..<height {
            var sum: Float = 0
            for x in -radius...radius where x >= 0 && x < width { sum += self[x, y] }
            for x in 0..<width {
                mean[x, y] = sum * share
                if x - radius >= 0 { sum -= self[x - radius, y] }
                if x + radius + 1 < width { sum += self[x + radius + 1, y] }
            }
        }
        return mean
    }

    private func transposed() -> Plane {
        var other = Plane(width: height, height: width, filledWith: 0)
        for y in 0..<height {
            for x in 0..<width { other[y, x] = self[x, y] }
        }
        return other
    }
}
