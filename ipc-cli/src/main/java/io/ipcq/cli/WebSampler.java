// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.codec.Codec;
import io.ipcq.observe.ProcessSight;
import io.ipcq.pool.PoolView;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all queues once a second, for all who watch; while nobody does, it does not look.
 *
 * <p>Thread-safe.
 */
final class WebSampler implements AutoCloseable {

    private static final long PERIOD_MILLIS = 1000;

    /** More pools, and workers of one, nobody reads. */
    private static final int MOST_POOLS = 50;

    private static final int MOST_WORKERS = 100;

    /**
     * What was seen at one moment.
     *
     * @param time in milliseconds since 1970
     * @param stalls why pools do not go on
     * @param message what went wrong; null if nothing did
     */
    record Frame(
            long time,
            List<Sample> queues,
            List<Pool> pools,
            List<TopRow.Reason> stalls,
            List<ManagerSight> managers,
            @Nullable String message) {}

    /**
     * A queue with its rates, per second.
     *
     * @param putRate null until it was seen twice
     * @param stalls why it does not go on; none until it was seen twice
     */
    record Sample(
            WebQueues.Row row,
            @Nullable Double putRate,
            @Nullable Double takenRate,
            List<TopRow.Reason> stalls) {}

    /**
     * A pool with its workers.
     *
     * @param donePerSecond null until it was seen twice
     */
    record Pool(PoolLine.PoolObject pool, @Nullable Double donePerSecond, List<PoolLine.WorkerObject> workers) {}

    private record Seen(long nanoTime, long put, long taken) {}

    private static final Codec<Frame> JSON = Codec.json(Frame.class);

    private final WebQueues queues;
    private final TopSampler top; // of the thread, as is the next one
    private Map<Integer, Seen> before = new HashMap<>();
    private int viewers; // guarded by this, as are the next three
    private long number;
    private byte @Nullable [] frame;
    private boolean closed;

    WebSampler(WebQueues queues, Surroundings surroundings) {
        this.queues = queues;
        this.top = queues.sampler(surroundings);
        Thread thread = new Thread(this::run, "ipcq-web-sampler");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (awaitViewer()) {
                publish(JSON.encode(frame()));
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
            }
        } catch (InterruptedException e) {
            close();
        } finally {
            top.close();
        }
    }

    /** False at the end. */
    private synchronized boolean awaitViewer() throws InterruptedException {
        while (viewers == 0 && !closed) {
            before = new HashMap<>();
            top.forget();
            wait();
        }
        return !closed;
    }

    private Frame frame() throws InterruptedException {
        long time = Instant.now().toEpochMilli();
        try {
            TopSample seen = top.next();
            Surroundings.Look around = seen.around();
            List<Pool> pools = around.pools().stream()
                    .limit(MOST_POOLS)
                    .map(pool -> pool(pool, around.donePerSecond().get(Surroundings.key(pool))))
                    .toList();
            return new Frame(time, samples(stalls(seen)), pools, around.poolStalls(), around.managers(), null);
        } catch (IOException | RuntimeException | Error e) { // or the page would stand still, and not say why
            return new Frame(time, List.of(), List.of(), List.of(), List.of(), FailureReport.describe(e));
        }
    }

    private static Pool pool(PoolView pool, @Nullable Double donePerSecond) {
        return new Pool(
                PoolLine.object(pool, ProcessSight.of(pool.pid())),
                donePerSecond,
                pool.workers().stream()
                        .limit(MOST_WORKERS)
                        .map(worker -> PoolLine.object(pool, worker))
                        .toList());
    }

    /** By the directories of queues. */
    private static Map<String, List<TopRow.Reason>> stalls(TopSample seen) {
        Map<String, List<TopRow.Reason>> stalls = new HashMap<>();
        seen.queues().forEach(row -> stalls.put(row.queue(), row.stalls()));
        return stalls;
    }

    private List<Sample> samples(Map<String, List<TopRow.Reason>> stalls) throws IOException {
        Map<Integer, Seen> now = new HashMap<>();
        List<Sample> samples = new ArrayList<>();
        for (WebQueues.Row row : queues.rows()) {
            Seen seen = new Seen(System.nanoTime(), row.line().put(), row.line().taken());
            Seen last = before.get(row.id());
            now.put(row.id(), seen);
            long nanos = last == null ? 0 : seen.nanoTime - last.nanoTime;
            samples.add(new Sample(
                    row,
                    last == null ? null : rate(seen.put - last.put, nanos),
                    last == null ? null : rate(seen.taken - last.taken, nanos),
                    stalls.getOrDefault(row.line().directory(), List.of())));
        }
        before = now;
        return samples;
    }

    /** Null if the number went back, as of a queue that was made anew. */
    private static @Nullable Double rate(long count, long nanos) {
        return count < 0 || nanos <= 0 ? null : 1e9 * count / nanos;
    }

    synchronized void publish(byte[] made) {
        if (viewers == 0) {
            return; // the next one would take it for new
        }
        frame = made;
        number++;
        notifyAll();
    }

    // ---- who watches ------------------------------------------------------------------------------------------------

    synchronized void enter() {
        viewers++;
        notifyAll();
    }

    synchronized void leave() {
        viewers--;
        frame = viewers == 0 ? null : frame;
    }

    /** A frame as it is sent. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two
    record Numbered(long number, byte[] json) {}

    /** The newest frame, once there is a newer one than that; frames between are left out. Null at the end. */
    synchronized @Nullable Numbered next(long last) throws InterruptedException {
        while (!closed && (frame == null || number <= last)) {
            wait();
        }
        return closed || frame == null ? null : new Numbered(number, frame);
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
