// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The rows of the answer to {@code locks}: for each thing that threads wait at, who holds it and how many wait. */
final class LockRows {

    private LockRows() {}

    /** The row of a thing; null if it is none that threads wait at. */
    static @Nullable Map<String, @Nullable Object> row(Served object) {
        if (!(object instanceof ServedMonitor monitor)) {
            return null;
        }
        return monitor.look(LockRows::row);
    }

    private static Map<String, @Nullable Object> row(ServedMonitor monitor) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("type", monitor.key().type());
        row.put("name", monitor.key().name());
        List<Hold> holds = monitor.holds();
        row.put(
                "holders",
                holds.stream().limit(Protocol.MAX_HOLDERS).map(LockRows::holder).toList());
        row.put("more", Math.max(0, holds.size() - Protocol.MAX_HOLDERS));
        row.put("waiting", monitor.waiting());
        Map<String, Integer> asleep = new LinkedHashMap<>();
        monitor.asleep().entrySet().stream()
                .limit(Protocol.MAX_HOLDERS)
                .forEach(each -> asleep.put(each.getKey(), each.getValue()));
        row.put("conditions", asleep);
        return row;
    }

    private static Map<String, @Nullable Object> holder(Hold hold) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("client", hold.session().number());
        row.put("thread", hold.thread());
        row.put("count", hold.count());
        row.put("heldMillis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - hold.since()));
        return row;
    }
}
