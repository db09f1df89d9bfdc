// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import io.ipcq.codec.CodecException;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first few of many elements as text, and their number: the {@code toString} of collections that may be large.
 *
 * <p>Thread-safe: nothing is shared. Process-safe: not applicable. Survives a crash: not applicable.
 */
public final class Excerpt {

    private static final int ELEMENTS = 10;
    private static final int CHARS = 100;

    private Excerpt() {}

    /** For instance {@code [a, b, c]}, and with more than ten elements {@code [a, b, (...), j, and 299990 more]}. */
    public static String of(Iterator<?> elements, long size) {
        return "[" + text(elements, size) + "]";
    }

    /** For instance {@code {a=1, b=2}}. */
    public static String of(Map<?, ?> map) {
        return "{" + text(map.entrySet().iterator(), map.size()) + "}";
    }

    private static String text(Iterator<?> elements, long size) {
        StringBuilder text = new StringBuilder();
        int shown = 0;
        while (shown < ELEMENTS) {
            String element = next(elements);
            if (element == null) {
                return text.toString();
            }
            text.append(shown++ == 0 ? "" : ", ").append(element);
        }
        long more = size - shown;
        return more > 0 ? text.append(", and ").append(more).append(" more").toString() : text.toString();
    }

    /** Null if there is none. */
    private static @Nullable String next(Iterator<?> elements) {
        try {
            return elements.hasNext() ? shortened(String.valueOf(elements.next())) : null;
        } catch (CodecException e) {
            return "(cannot be decoded)";
        }
    }

    private static String shortened(String element) {
        return element.length() <= CHARS
                ? element
                : element.substring(0, CHARS) + "... (" + element.length() + " characters)";
    }
}
