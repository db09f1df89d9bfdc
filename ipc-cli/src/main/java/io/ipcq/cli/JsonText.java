// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Bytes of others that have to be JSON of whatever type, before they are called so. */
final class JsonText {

    private static final JsonFactory FORMAT = new JsonFactory();

    private JsonText() {}

    /** Throws if the bytes are not one value; the message says what is wrong, and where. */
    static void require(byte[] bytes) {
        try (JsonParser parser = FORMAT.createParser(ObjectReadContext.empty(), bytes)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new IllegalArgumentException("it is no JSON: it is empty");
            }
            parser.skipChildren();
            if (first.isScalarValue()) {
                parser.getString(); // a string is read to its end, and a number
            }
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("it is no JSON: more follows after its end");
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    static boolean isValid(byte[] bytes) {
        try {
            require(bytes);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
