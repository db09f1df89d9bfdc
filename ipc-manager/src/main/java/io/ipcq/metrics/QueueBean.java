// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import io.ipcq.queue.QueueStats;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Asks a queue. */
record QueueBean(Watched.Queue queue) implements QueueMXBean {

    private long get(ToLongFunction<QueueStats> value) {
        return said(queue.stats(), value);
    }

    /**
     * What somebody said last; -1 if nothing. A client of JMX may not know the exceptions of a thing that is closed.
     */
    static <S> long said(Source<S> source, ToLongFunction<S> value) {
        S said = source.lately();
        return said == null ? -1 : value.applyAsLong(said);
    }

    @Override
    public boolean isOpen() {
        return queue.stats().now() != null;
    }

    /** Of one that is closed, nothing waits any longer that anybody would know of. */
    @Override
    public long getOldestAgeMillis() {
        QueueStats now = queue.stats().now();
        Duration age = now == null ? null : now.times().oldestAge();
        return age == null ? -1 : age.toMillis();
    }

    @Override
    public long getLastPutMillis() {
        return get(stats -> orNone(stats.times().lastPut()));
    }

    @Override
    public long getLastTakeMillis() {
        return get(stats -> orNone(stats.times().lastTake()));
    }

    private static long orNone(@Nullable Instant time) {
        return time == null ? -1 : time.toEpochMilli();
    }

    @Override
    public long getSize() {
        return get(QueueStats::size);
    }

    @Override
    public long getMaxSize() {
        return get(QueueStats::maxSize);
    }

    @Override
    public long getPut() {
        return get(QueueStats::put);
    }

    @Override
    public long getTaken() {
        return get(QueueStats::taken);
    }

    @Override
    public long getLeased() {
        return get(QueueStats::leased);
    }

    @Override
    public long getUnburied() {
        return get(QueueStats::unburied);
    }

    @Override
    public long getDeadLetters() {
        Source<Long> letters = queue.letters();
        return letters == null ? 0 : said(letters, Long::longValue);
    }

    @Override
    public long getUnfinished() {
        return get(QueueStats::unfinished);
    }

    @Override
    public long getMembers() {
        return get(QueueStats::members);
    }

    @Override
    public long getStorageBytes() {
        return get(QueueStats::storageBytes);
    }

    @Override
    public boolean isShutdown() {
        return get(stats -> stats.shutdown() ? 1 : 0) == 1;
    }
}
