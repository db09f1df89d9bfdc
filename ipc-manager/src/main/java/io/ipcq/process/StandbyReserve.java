// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The JVMs that wait for tasks. There is one reserve for each set of options. */
final class StandbyReserve {
    /*
     * Bounds. Each reserve has the size that its options name. All of them together hold at most MAX_WAITING JVMs. The
     * reserve whose last request is the oldest shrinks first. A JVM that has waited longer than its options allow ends
     * by itself, and is not replaced before the next start.
     *
     * End. Waiting JVMs die with this one, as daemon children do. When this JVM exits in order, its shutdown hook ends
     * them.
     */

    private static final int MAX_WAITING = 64;

    /** How long the child that was just given its task runs before another JVM is started, which takes a processor. */
    private static final long HEAD_START_MILLIS = 20;

    /** The thread that is begun then would take a processor, too. */
    private static final Executor LATER =
            CompletableFuture.delayedExecutor(HEAD_START_MILLIS, TimeUnit.MILLISECONDS, Runnable::run);

    /** The reserves, ordered by the age of the last request. */
    private static final Map<Launch, StandbyReserve> ALL = new LinkedHashMap<>(16, 0.75f, true);

    private static boolean ending;

    private static final Runnable END = StandbyReserve::endAll;

    private final Launch launch;
    private final Deque<StandbyJvm> jvms = new ArrayDeque<>();
    private int size;
    private Duration idle;

    /** Whether a thread is filling the reserve. */
    private boolean filling;

    /** The class that the last task came from. New JVMs load it in advance. */
    private String code;

    private StandbyReserve(Launch launch, ChildProcessOptions options, String code) {
        this.launch = launch;
        this.size = options.reserve();
        this.idle = options.reserveIdle();
        this.code = code;
    }

    /** Hands the task to a JVM that waits, and has another one started in its place. Null if none waits. */
    static @Nullable StandbyJvm give(Task task, ChildProcessOptions options) throws IOException {
        StandbyReserve reserve =
                find(Launch.of(task, options), options, task.code().getName());
        try {
            for (StandbyJvm jvm = reserve.poll(); jvm != null; jvm = reserve.poll()) {
                if (reserve.tryGive(jvm, task)) {
                    return jvm;
                }
            }
            return null;
        } finally {
            reserve.fillSoon();
        }
    }

    /** Fills the reserve and waits until its JVMs are ready, or the time is over. */
    static void prepare(Task task, ChildProcessOptions options, long deadlineNanos)
            throws IOException, InterruptedException {
        StandbyReserve reserve =
                find(Launch.of(task, options), options, task.code().getName());
        reserve.fill();
        for (StandbyJvm jvm : reserve.list()) {
            jvm.awaitWaiting(deadlineNanos);
        }
    }

    /** Ends all JVMs that wait. No reserve is filled any more. */
    private static void endAll() {
        List<StandbyReserve> reserves;
        synchronized (ALL) {
            ending = true;
            reserves = List.copyOf(ALL.values());
        }
        reserves.forEach(StandbyReserve::end);
    }

    private static StandbyReserve find(Launch launch, ChildProcessOptions options, String code) {
        synchronized (ALL) {
            StandbyReserve reserve = ALL.get(launch);
            if (reserve == null) {
                LiveChildren.endBefore(END);
                reserve = new StandbyReserve(launch, options, code);
                ALL.put(launch, reserve);
            }
            synchronized (reserve) {
                reserve.size = options.reserve();
                reserve.idle = options.reserveIdle();
                reserve.code = code;
            }
            return reserve;
        }
    }

    private boolean tryGive(StandbyJvm jvm, Task task) throws IOException {
        try {
            boolean given = jvm.give(task);
            if (!given) {
                jvm.end();
            }
            return given;
        } catch (CannotTravelException refused) {
            synchronized (this) {
                jvms.addFirst(jvm);
            }
            throw refused;
        } catch (Throwable failed) {
            jvm.end();
            throw failed;
        }
    }

    /** Removes and returns the first JVM that waits. A JVM that is still starting stays. */
    private synchronized @Nullable StandbyJvm poll() {
        for (StandbyJvm jvm : jvms) {
            if (jvm.isWaiting()) {
                jvms.remove(jvm);
                return jvm;
            }
        }
        return null;
    }

    private synchronized List<StandbyJvm> list() {
        return new ArrayList<>(jvms);
    }

    private synchronized void forget(StandbyJvm ended) {
        jvms.remove(ended);
    }

    /** Fills the reserve in another thread, because the caller's child should get the processors first. */
    private void fillSoon() {
        synchronized (this) {
            if (filling || jvms.size() >= size) {
                return;
            }
            filling = true;
        }
        try {
            LATER.execute(this::fillInThread);
        } catch (Throwable noThread) { // this must not hide that a child was started; the next start tries again
            filled();
        }
    }

    private void fillInThread() {
        try {
            Thread thread = new Thread(this::fillQuietly, "ipcq-standby");
            thread.setDaemon(true);
            thread.start();
        } catch (Throwable noThread) { // as above
            filled();
        }
    }

    private synchronized void filled() {
        filling = false;
    }

    private void fillQuietly() {
        try {
            fill();
        } catch (IOException | RuntimeException without) {
            // the next start spawns its JVM, and its failure tells what is wrong
        } finally {
            filled();
        }
    }

    private void fill() throws IOException {
        // not until none is missing: JVMs that cannot start would be replaced without end
        for (int started = 0; started < MAX_WAITING && startOne(started); started++) {
            shrink();
        }
    }

    private boolean startOne(int started) throws IOException {
        synchronized (ALL) {
            if (ending) {
                return false;
            }
            synchronized (this) {
                jvms.removeIf(jvm -> !jvm.isAlive());
                if (jvms.size() >= size || started >= size) {
                    return false;
                }
                jvms.add(StandbyJvm.start(launch, idle, code, this::forget));
                return true;
            }
        }
    }

    /** While there are too many JVMs, gives up the reserve whose last request is the oldest. */
    private static void shrink() {
        List<StandbyReserve> surplus = new ArrayList<>();
        synchronized (ALL) {
            int waiting = ALL.values().stream()
                    .mapToInt(reserve -> reserve.list().size())
                    .sum();
            for (StandbyReserve reserve : List.copyOf(ALL.values())) {
                if (waiting > MAX_WAITING && ALL.size() > 1) {
                    waiting -= reserve.list().size();
                    ALL.remove(reserve.launch);
                    surplus.add(reserve);
                }
            }
        }
        surplus.forEach(StandbyReserve::end);
    }

    private void end() {
        List<StandbyJvm> ended = list();
        ended.forEach(StandbyJvm::end);
    }
}
