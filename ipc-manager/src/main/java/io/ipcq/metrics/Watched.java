// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import io.ipcq.manager.server.ManagerServer;
import io.ipcq.observe.Stall;
import io.ipcq.pool.PoolRules;
import io.ipcq.pool.PoolStats;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a program lets others see: its queues, pools, managers and children, each under a name.
 *
 * <pre>{@code
 * Watched watched = new Watched().queue("orders", orders).pool(pool).manager("shop", server);
 * new IpcqMetrics(watched).bindTo(registry);   // Micrometer
 * new IpcqBeans(watched);                      // JMX
 * }</pre>
 *
 * <p>A name is shown to whoever looks, and meters are kept apart by it: it says what the thing is for, and there are
 * few of them. A path or a pid is no good name. Of each kind, a name stands for one thing.
 *
 * <p>Thread-safe. Process-safe: it concerns this process; what a queue's numbers say concerns all processes that use
 * it. Survives a crash: not applicable.
 */
public final class Watched {

    private static final PoolStats NO_POOL = new PoolStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static final PoolRules POOL_RULES = new PoolRules(PoolRules.PATIENCE);

    private final List<Queue> queues = new ArrayList<>(); // guarded by this, as are the next three
    private final List<Pool> pools = new ArrayList<>();
    private final List<Server> servers = new ArrayList<>();
    private final List<Child> children = new ArrayList<>();

    /** Something that has a name. */
    interface Named {
        String name();
    }

    /** @param letters how many dead letters there are; null of a queue that has none */
    record Queue(
            String name, Source<QueueStats> stats, @Nullable Source<Long> letters) implements Named {}

    /**
     * @param stalls why it does not go on
     * @param memory how much memory its workers have, in bytes; null where that is not to be seen
     */
    record Pool(
            String name,
            Source<PoolStats> stats,
            Source<List<Stall>> stalls,
            @Nullable Source<Long> memory) implements Named {}

    record Server(String name, ManagerServer server) implements Named {}

    record Child(String name, Source<Long> memory) implements Named {}

    /**
     * A queue, of either kind, and also one that a manager serves: that one is asked over the connection, and who looks
     * waits for the answer.
     */
    public Watched queue(String name, SharedQueue<?> queue) {
        Source<Long> letters =
                queue instanceof DurableQueue<?> && isHere(queue) ? new Source<>(() -> deadLetters(queue)) : null;
        return add(queues, new Queue(name, new Source<>(queue::stats), letters));
    }

    /** Some have no directory. */
    private static boolean isHere(SharedQueue<?> queue) {
        try {
            return QueueView.isThere(queue.directory());
        } catch (UnsupportedOperationException elsewhere) {
            return false;
        }
    }

    /** Looks without a handle of its own, which would have to be made, and kept. */
    private static long deadLetters(SharedQueue<?> queue) {
        try (QueueView view = QueueView.open(queue.directory());
                QueueView letters = view.deadLetters()) {
            return letters == null ? 0 : letters.snapshot().size();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /** A pool under its own name. */
    public Watched pool(ProcessPool pool) {
        return pool(pool.name(), () -> pool);
    }

    /** A pool that may not have been made yet, and is not made for being looked at; null until then. */
    public Watched pool(String name, Supplier<? extends @Nullable ProcessPool> pool) {
        Source<PoolStats> stats = new Source<>(() -> {
            ProcessPool made = pool.get();
            return made == null ? NO_POOL : made.stats();
        });
        Source<List<Stall>> stalls = new Source<>(() -> {
            ProcessPool made = pool.get();
            return made == null ? List.of() : POOL_RULES.of(made.view());
        });
        Source<Long> memory = new Source<>(() -> {
            ProcessPool made = pool.get();
            return made == null ? 0L : ResidentMemory.of(made.pids());
        });
        return add(pools, new Pool(name, stats, stalls, ResidentMemory.isKnown() ? memory : null));
    }

    /** The server of a manager, which has no name of its own. */
    public Watched manager(String name, ManagerServer server) {
        return add(servers, new Server(name, server));
    }

    /** A child process under its own name. */
    public Watched child(ChildProcess child) {
        return child(child.name(), child);
    }

    /** A child process. Those of one kind that come and go are better run by a pool. */
    public Watched child(String name, ChildProcess child) {
        return ResidentMemory.isKnown()
                ? add(
                        children,
                        new Child(
                                name,
                                new Source<>(() ->
                                        child.isAlive() ? ResidentMemory.of(Set.of(child.pid())) : Long.valueOf(0))))
                : this;
    }

    private synchronized <T extends Named> Watched add(List<T> things, T thing) {
        if (names(things).anyMatch(thing.name()::equals)) {
            throw new IllegalArgumentException(
                    "a name stands for one thing, or nobody could tell them apart: name=" + thing.name());
        }
        things.add(thing);
        return this;
    }

    private static Stream<String> names(Collection<? extends Named> things) {
        return things.stream().map(Named::name);
    }

    synchronized List<Queue> queues() {
        return List.copyOf(queues);
    }

    synchronized List<Pool> pools() {
        return List.copyOf(pools);
    }

    synchronized List<Server> servers() {
        return List.copyOf(servers);
    }

    synchronized List<Child> children() {
        return List.copyOf(children);
    }
}
