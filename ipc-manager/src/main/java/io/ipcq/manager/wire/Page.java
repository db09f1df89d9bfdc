// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of a collection that fits into an answer, with the version of the collection. If a later page has another
 * version, its reader begins again. So all the pages that it ends up with are of one moment.
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
