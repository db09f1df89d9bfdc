// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Stall;
import io.ipcq.pool.PoolRules;
import io.ipcq.pool.PoolView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What there is besides queues: pools, and managers that were named. Each look is compared with the one before. No look
 * waits for a manager, but the first one for a second. For one thread.
 */
final class Surroundings implements AutoCloseable {

    /**
     * What was seen at one moment.
     *
     * @param pools of this user's programs
     * @param donePerSecond of each pool by its {@link #key}, how many tasks ended; none at the first look
     * @param poolStalls why pools do not go on
     * @param managers what those say that were named
     */
    record Look(
            List<PoolView> pools,
            Map<String, Double> donePerSecond,
            List<TopRow.Reason> poolStalls,
            List<ManagerSight> managers) {}

    private final PoolPlace place;
    private final PoolRules rules;
    private final List<ManagerAsker> managers;
    private Map<String, PoolView> before = new HashMap<>();

    Surroundings(PoolPlace place, PoolRules rules, List<ManagerDoor> managers) {
        this.place = place;
        this.rules = rules;
        this.managers = managers.stream().map(ManagerAsker::new).toList();
    }

    Look look() throws IOException, InterruptedException {
        managers.forEach(ManagerAsker::ask);
        Map<String, PoolView> now = new HashMap<>();
        Map<String, Double> done = new HashMap<>();
        List<TopRow.Reason> stalls = new ArrayList<>();
        List<PoolView> pools = place.all();
        for (PoolView pool : pools) {
            now.put(key(pool), pool);
            PoolView last = before.get(key(pool));
            if (last != null) {
                done.put(key(pool), rate(last, pool));
            }
            rules.of(pool).forEach(stall -> stalls.add(reason(stall)));
        }
        before = now;
        List<ManagerSight> sights = new ArrayList<>();
        for (ManagerAsker manager : managers) {
            sights.add(manager.sight());
        }
        return new Look(pools, done, stalls, sights);
    }

    /** What is seen next is the first look. */
    void forget() {
        before = new HashMap<>();
        managers.forEach(ManagerAsker::forget);
    }

    static String key(PoolView pool) {
        return pool.pid() + " " + pool.name();
    }

    static TopRow.Reason reason(Stall stall) {
        return new TopRow.Reason(stall.kind().toString(), stall.sentence());
    }

    private static double rate(PoolView before, PoolView now) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(
                now.seen().toEpochMilli() - before.seen().toEpochMilli());
        return perSecond(ended(now) - ended(before), nanos);
    }

    private static long ended(PoolView pool) {
        return pool.stats().succeeded() + pool.stats().failed();
    }

    static double perSecond(long count, long nanos) {
        return Math.max(0, count) * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, nanos);
    }

    @Override
    public void close() {
        managers.forEach(ManagerAsker::close);
    }
}
