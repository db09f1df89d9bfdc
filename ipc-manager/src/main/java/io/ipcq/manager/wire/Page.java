// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of a collection that fits into an answer, and the version of the collection it is of. Who collects all pages
 * begins again when the version is another one, so that what it has in the end was there at one time.
 */
public record Page(long version, long size, List<?> items) {

    public Map<String, Object> wire() {
        return Map.of("version", version, "size", size, "items", items);
    }

    public static Page read(@Nullable Object wire) {
        Map<?, ?> page = (Map<?, ?>) Objects.requireNonNull(wire, "page");
        return new Page(Json.number(page, "version"), Json.number(page, "size"), (List<?>)
                Objects.requireNonNull(page.get("items"), "items"));
    }
}
