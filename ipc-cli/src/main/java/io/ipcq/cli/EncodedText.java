// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.codec.Codec;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** An encoded element as a line that a person can read: text and JSON as they are, anything else in hexadecimal. */
final class EncodedText {

    private static final String JSON = "json:";

    private EncodedText() {}

    static String of(String codecId, byte[] element) {
        boolean text = codecId.startsWith(JSON) || codecId.equals(Codec.utf8().id());
        return text
                ? printable(new String(element, StandardCharsets.UTF_8))
                : HexFormat.of().formatHex(element);
    }

    /** Control characters would move the cursor of who looks, or worse. */
    private static String printable(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (Character.isISOControl(point)) {
                line.append(String.format("\\u%04x", point));
            } else {
                line.appendCodePoint(point);
            }
        });
        return line.toString();
    }
}
