// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Json;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A lock, a semaphore, a latch, an event or a barrier of a manager, as it was at one moment.
 *
 * <p>Thread-safe: immutable.
 *
 * @param type what it is: {@code lock}, {@code semaphore}
 * @param name its name
 * @param holders who holds it, 16 at most; nobody holds a latch, an event or a barrier
 * @param more how many holders there are besides
 * @param waiting how many threads wait for it; those that sleep at a condition wait for that
 * @param conditions how many threads sleep at each condition of a lock, of 16 conditions at most
 */
public record LockState(
        String type, String name, List<Holder> holders, int more, int waiting, Map<String, Integer> conditions) {

    /** Keeps copies. */
    public LockState {
        holders = List.copyOf(holders);
        conditions = Collections.unmodifiableMap(new TreeMap<>(conditions));
    }

    /**
     * A client that holds it.
     *
     * @param client its number at the manager
     * @param thread what it calls its thread; a client in Java says {@code pid/thread}. Null if it does not say
     * @param count how many times it holds the lock, or how many permits it has
     * @param held for how long, about
     */
    public record Holder(long client, @Nullable String thread, long count, Duration held) {
        static Holder of(Map<?, ?> row) {
            return new Holder(
                    Json.number(row, "client"),
                    row.get("thread") instanceof String thread ? thread : null,
                    Json.number(row, "count"),
                    Duration.ofMillis(Json.number(row, "heldMillis")));
        }
    }

    static LockState of(Map<?, ?> row) {
        Map<String, Integer> conditions = new TreeMap<>();
        if (row.get("conditions") instanceof Map<?, ?> asleep) {
            asleep.forEach((name, count) -> conditions.put(String.valueOf(name), ((Number) count).intValue()));
        }
        List<?> holders = row.get("holders") instanceof List<?> list ? list : List.of();
        return new LockState(
                String.valueOf(row.get("type")),
                String.valueOf(row.get("name")),
                holders.stream().map(holder -> Holder.of((Map<?, ?>) holder)).toList(),
                (int) Json.number(row, "more"),
                (int) Json.number(row, "waiting"),
                conditions);
    }
}
