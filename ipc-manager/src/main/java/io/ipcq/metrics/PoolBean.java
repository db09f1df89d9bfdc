// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import io.ipcq.observe.Stall;
import io.ipcq.pool.PoolStats;
import java.util.List;
import java.util.function.ToLongFunction;

/** Asks a pool. */
record PoolBean(Watched.Pool pool) implements PoolMXBean {

    private long get(ToLongFunction<PoolStats> value) {
        return QueueBean.said(pool.stats(), value);
    }

    @Override
    public long getWorkers() {
        return get(PoolStats::workers);
    }

    @Override
    public long getReady() {
        return get(PoolStats::ready);
    }

    @Override
    public long getBusy() {
        return get(PoolStats::busy);
    }

    @Override
    public long getWaiting() {
        return get(PoolStats::waiting);
    }

    @Override
    public long getSubmitted() {
        return get(PoolStats::submitted);
    }

    @Override
    public long getSucceeded() {
        return get(PoolStats::succeeded);
    }

    @Override
    public long getFailed() {
        return get(PoolStats::failed);
    }

    @Override
    public long getCancelled() {
        return get(PoolStats::cancelled);
    }

    @Override
    public long getCrashes() {
        return get(PoolStats::crashes);
    }

    @Override
    public long getStarted() {
        return get(PoolStats::started);
    }

    @Override
    public List<String> getStalls() {
        List<Stall> stalls = pool.stalls().now();
        return stalls == null
                ? List.of()
                : stalls.stream()
                        .map(stall -> stall.kind() + ": " + stall.sentence())
                        .toList();
    }

    @Override
    public long getMemoryBytes() {
        Source<Long> memory = pool.memory();
        return memory == null ? -1 : QueueBean.said(memory, Long::longValue);
    }
}
