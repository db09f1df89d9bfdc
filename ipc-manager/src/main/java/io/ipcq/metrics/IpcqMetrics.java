// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import io.ipcq.manager.server.ManagerServer;
import io.ipcq.observe.Stall;
import io.ipcq.pool.PoolStats;
import io.ipcq.queue.QueueStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Meters of queues, pools, managers and children, for Micrometer.
 *
 * <pre>{@code
 * new IpcqMetrics(new Watched().queue("orders", orders).pool(pool)).bindTo(registry);
 * }</pre>
 *
 * <p>docs/operations.md lists the meters, and says what each number means. Of a thing that is closed, gauges are not a
 * number, and counters stay where they were. A registry to which this was bound keeps what is watched, until
 * {@link #close}.
 *
 * <p>Thread-safe. Process-safe: each process that uses a queue can show it, and then all of them show the same totals,
 * which are the queue's: take one of them, not their sum. Survives a crash: the totals of a queue do as the queue does;
 * those of a pool end with it.
 */
public final class IpcqMetrics implements MeterBinder, AutoCloseable {

    /** How many names of a kind are shown, unless something else is said. */
    public static final int MAX_NAMES = 100;

    /** The name of those that are more. */
    static final String OTHERS = "other";

    private final Watched watched;
    private final Tags tags;
    private final int maxNames;
    private final List<Meters> bound = new ArrayList<>(); // guarded by this

    public IpcqMetrics(Watched watched) {
        this(watched, Tags.empty(), MAX_NAMES);
    }

    /**
     * @param tags that all meters get
     * @param maxNames how many names there are of each kind; what is more is added up under the name {@code other}, and
     *     all is, if it is 0
     */
    public IpcqMetrics(Watched watched, Iterable<Tag> tags, int maxNames) {
        if (maxNames < 0) {
            throw new IllegalArgumentException("maxNames must not be negative: maxNames=" + maxNames);
        }
        this.watched = Objects.requireNonNull(watched, "watched");
        this.tags = Tags.of(tags);
        this.maxNames = maxNames;
    }

    /** What is added to {@link Watched} later has no meters. */
    @Override
    public void bindTo(MeterRegistry registry) {
        Group.named(watched.queues(), maxNames, OTHERS)
                .forEach((name, queues) -> bindQueues(meters(registry, "queue", name), queues));
        Group.named(watched.pools(), maxNames, OTHERS)
                .forEach((name, pools) -> bindPools(meters(registry, "pool", name), pools));
        Group.named(watched.servers(), maxNames, OTHERS)
                .forEach((name, servers) -> bindServers(meters(registry, "manager", name), servers));
        Group.named(watched.children(), maxNames, OTHERS)
                .forEach((name, children) -> bindChildren(meters(registry, "child", name), children));
    }

    private synchronized Meters meters(MeterRegistry registry, String kind, String name) {
        Meters meters = new Meters(registry, tags.and(kind, name));
        bound.add(meters);
        return meters;
    }

    private static void bindQueues(Meters meters, List<Watched.Queue> queues) {
        Group<QueueStats> stats = new Group<>();
        Group<QueueStats> bounded = new Group<>();
        Group<QueueStats> durable = new Group<>();
        Group<Long> letters = new Group<>();
        for (Watched.Queue queue : queues) {
            stats.add(queue.stats());
            QueueStats first = queue.stats().now();
            if (first != null && first.maxSize() != Long.MAX_VALUE) {
                bounded.add(queue.stats());
            }
            if (queue.letters() != null) {
                durable.add(queue.stats());
                letters.add(queue.letters());
            }
        }
        meters.greatest(
                "ipcq.queue.oldest.age",
                "seconds",
                "For how long the oldest element has waited, at most",
                stats,
                IpcqMetrics::oldestSeconds);
        meters.gauge("ipcq.queue.depth", "elements", "Elements that can be taken", stats, QueueStats::size);
        meters.counter("ipcq.queue.put", "elements", "Elements that were put, ever", stats, QueueStats::put);
        meters.counter("ipcq.queue.taken", "elements", "Elements that were taken, ever", stats, QueueStats::taken);
        meters.gauge(
                "ipcq.queue.unfinished",
                "elements",
                "Elements that were put and are not dealt with",
                stats,
                QueueStats::unfinished);
        meters.gauge(
                "ipcq.queue.members",
                "handles",
                "Handles that are attached, of all processes",
                stats,
                QueueStats::members);
        meters.gauge("ipcq.queue.bytes", "bytes", "What the queue occupies, about", stats, QueueStats::storageBytes);
        meters.gauge(
                "ipcq.queue.capacity", "elements", "Elements that there is room for", bounded, QueueStats::maxSize);
        meters.gauge("ipcq.queue.leased", "elements", "Elements that consumers work on", durable, QueueStats::leased);
        meters.gauge(
                "ipcq.queue.unburied",
                "elements",
                "Elements that were given up, and cannot be written to the dead letters yet",
                durable,
                QueueStats::unburied);
        meters.gauge("ipcq.queue.dead.letters", "elements", "Elements that were given up", letters, Long::doubleValue);
    }

    /** What a program can see of its own pools: if it is stopped itself, it sees nothing. */
    private static final List<Stall.Kind> STALLS_OF_POOLS =
            List.of(Stall.Kind.WORKER_STOPPED, Stall.Kind.WORKER_STUCK, Stall.Kind.WORKERS_CRASHING);

    /** None has waited where there is none; not a number where that is not known. */
    private static double oldestSeconds(QueueStats stats) {
        Duration age = stats.times().oldestAge();
        return age != null ? age.toMillis() / 1e3 : stats.size() == 0 ? 0 : Double.NaN;
    }

    private static void bindPools(Meters meters, List<Watched.Pool> pools) {
        Group<PoolStats> stats = new Group<>();
        Group<List<Stall>> stalls = new Group<>();
        Group<Long> memory = new Group<>();
        for (Watched.Pool pool : pools) {
            stats.add(pool.stats());
            stalls.add(pool.stalls());
            if (pool.memory() != null) {
                memory.add(pool.memory());
            }
        }
        String workers = "Workers, by what they do";
        meters.with("state", "busy").gauge("ipcq.pool.workers", "workers", workers, stats, PoolStats::busy);
        meters.with("state", "idle")
                .gauge("ipcq.pool.workers", "workers", workers, stats, said -> Math.max(0, said.ready() - said.busy()));
        meters.with("state", "starting")
                .gauge(
                        "ipcq.pool.workers",
                        "workers",
                        workers,
                        stats,
                        said -> Math.max(0, said.workers() - Math.max(said.ready(), said.busy())));
        meters.gauge("ipcq.pool.queued", "tasks", "Tasks that have not begun", stats, PoolStats::waiting);
        meters.gauge("ipcq.pool.active", "tasks", "Workers that have a task", stats, PoolStats::busy);
        String ended = "Tasks that ended, by how";
        meters.with("result", "succeeded").counter("ipcq.pool.tasks", "tasks", ended, stats, PoolStats::succeeded);
        meters.with("result", "failed").counter("ipcq.pool.tasks", "tasks", ended, stats, PoolStats::failed);
        meters.with("result", "cancelled").counter("ipcq.pool.tasks", "tasks", ended, stats, PoolStats::cancelled);
        meters.counter(
                "ipcq.pool.crashes", "workers", "Workers that ended while they had a task", stats, PoolStats::crashes);
        meters.counter("ipcq.pool.starts", "workers", "JVMs that were started for workers", stats, PoolStats::started);
        for (Stall.Kind kind : STALLS_OF_POOLS) {
            meters.with("kind", kind.toString())
                    .gauge(
                            "ipcq.pool.stalls",
                            "stalls",
                            "Why the pool does not go on, by kind",
                            stalls,
                            found -> found.stream()
                                    .filter(stall -> stall.kind() == kind)
                                    .count());
        }
        meters.gauge("ipcq.pool.memory", "bytes", "Resident memory of the workers", memory, Long::doubleValue);
    }

    private static void bindServers(Meters meters, List<Watched.Server> servers) {
        Group<ManagerServer> all = new Group<>();
        servers.forEach(each -> all.add(new Source<>(each::server)));
        meters.gauge("ipcq.manager.connections", "clients", "Clients that are connected", all, ManagerServer::clients);
        meters.counter(
                "ipcq.manager.requests", "requests", "Requests that were received", all, ManagerServer::requests);
    }

    private static void bindChildren(Meters meters, List<Watched.Child> children) {
        Group<Long> memory = new Group<>();
        children.forEach(child -> memory.add(child.memory()));
        meters.gauge("ipcq.child.memory", "bytes", "Resident memory of the process", memory, Long::doubleValue);
    }

    /** Takes the meters out of the registries. Idempotent. */
    @Override
    public synchronized void close() {
        bound.forEach(Meters::remove);
        bound.clear();
    }
}
