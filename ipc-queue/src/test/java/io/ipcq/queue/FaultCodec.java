// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;

/** Text as a record in JSON. */
enum FaultCodec implements Codec<String> {
    INSTANCE;

    private static final Codec<Line> JSON = Codec.json(Line.class);

    private record Line(String text, int length) {}

    @Override
    public String id() {
        return JSON.id();
    }

    @Override
    public byte[] encode(String value) {
        return JSON.encode(new Line(value, value.length()));
    }

    @Override
    public String decode(byte[] bytes) {
        return JSON.decode(bytes).text();
    }
}
