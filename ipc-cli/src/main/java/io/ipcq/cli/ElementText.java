// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.codec.Codec;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Encoded elements of a queue as text, and back: text and JSON as they are, anything else in hexadecimal.
 *
 * @param codecId what the elements are encoded by
 */
record ElementText(String codecId) {

    private static final String JSON = "json:";
    private static final Codec<String> STRING = Codec.json(String.class);

    private boolean isJson() {
        return codecId.startsWith(JSON);
    }

    private boolean isText() {
        return codecId.equals(Codec.utf8().id());
    }

    private boolean isBytes() {
        return codecId.equals(Codec.bytes().id());
    }

    /** Whether elements are text, JSON or not. */
    boolean isReadable() {
        return isJson() || isText();
    }

    /** A line that a person can read. */
    String text(byte[] element) {
        return isReadable() ? utf8(element) : HexFormat.of().formatHex(element);
    }

    /** The same as a member of a JSON object: {@code "json":{...}}, {@code "text":"..."} or {@code "hex":"..."}. */
    String member(byte[] element) {
        if (isJson() && JsonText.isValid(element)) {
            // outside of strings, where it may stand, white space may be any; inside it is never raw
            return "\"json\":" + utf8(element).replaceAll("[\r\n\t]", " ");
        }
        return isText()
                ? "\"text\":" + quoted(utf8(element))
                : "\"hex\":" + quoted(HexFormat.of().formatHex(element));
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return utf8(STRING.encode(text));
    }

    /**
     * A line that somebody wrote, as an element; bytes are put as they are.
     *
     * @param json whether the line is JSON; for a queue of text that is a string in quotes
     */
    byte[] parse(byte[] line, boolean json) {
        if (isJson()) {
            JsonText.require(line);
            return line;
        }
        if (!isText() && !isBytes()) {
            throw new IllegalArgumentException("elements of this queue are no text: codec=" + codecId
                    + "; put them as they are encoded, with --raw");
        }
        if (json) {
            return STRING.decode(line).getBytes(StandardCharsets.UTF_8);
        }
        if (isText()) {
            var unused = InputLines.text(line);
        }
        return line;
    }
}
