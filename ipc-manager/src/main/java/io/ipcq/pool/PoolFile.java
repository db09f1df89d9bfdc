// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static io.ipcq.pool.PoolLayout.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.ipcq.memory.MappedRegion;
import io.ipcq.pool.PoolView.Crash;
import io.ipcq.pool.PoolView.Worker;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Writes and reads a {@link PoolView} in a mapped file. */
final class PoolFile {
    /*
     * Idea. One process writes. It makes the sequence odd, writes everything, and makes the sequence even. A reader has
     * to find the same even number before and after, or it reads again. The writer may be stopped or die in between. So
     * a reader tries only a few times, and then takes the content as it is. Nothing in it is trusted: lengths and
     * counts are bounded.
     */

    /** The states in the order of their numbers in the file. */
    private static final List<Worker.State> STATES =
            List.of(Worker.State.STARTING, Worker.State.IDLE, Worker.State.BUSY, Worker.State.ENDING);

    /** The most rows of a file. No pool has more workers, and such a file takes a megabyte. */
    static final int MOST_ROWS = 4096;

    /** The latest accepted time, some centuries from now, so that differences can be counted in nanoseconds. */
    private static final long LATEST_MILLIS = 1L << 43;

    private static final int ATTEMPTS = 20;
    private static final long PAUSE_NANOS = 500_000;

    private PoolFile() {}

    static void write(MappedRegion region, PoolView view) {
        int room = (int) (region.sizeBytes() - ROWS) / ROW_BYTES;
        List<Worker> rows =
                view.workers().subList(0, Math.min(room, view.workers().size()));
        ByteBuffer out = ByteBuffer.allocate(bytes(rows.size())).order(ByteOrder.LITTLE_ENDIAN);
        writeHead(out, view, rows.size());
        for (int i = 0; i < rows.size(); i++) {
            writeRow(out, bytes(i), rows.get(i));
        }
        long sequence = region.getLong(SEQUENCE);
        region.putLongVolatile(SEQUENCE, sequence | 1);
        VarHandle.storeStoreFence();
        region.putBytes(SEEN, out.array(), SEEN, out.capacity() - SEEN);
        region.putLongVolatile(SEQUENCE, (sequence | 1) + 1);
    }

    private static void writeHead(ByteBuffer out, PoolView view, int rows) {
        PoolStats stats = view.stats();
        out.putLong(SEEN, view.seen().toEpochMilli());
        out.putLong(STARTED, view.started().toEpochMilli());
        out.putLong(WAITING, stats.waiting());
        out.putLong(SUBMITTED, stats.submitted());
        out.putLong(SUCCEEDED, stats.succeeded());
        out.putLong(FAILED, stats.failed());
        out.putLong(CANCELLED, stats.cancelled());
        out.putLong(CRASHES, stats.crashes());
        out.putLong(STARTED_WORKERS, stats.started());
        out.putInt(WORKERS, stats.workers());
        out.putInt(READY, stats.ready());
        out.putInt(BUSY, stats.busy());
        out.putInt(SHUTDOWN, view.shutdown() ? 1 : 0);
        out.putInt(ROW_COUNT, rows);
        int crashes = Math.min(MOST_CRASHES, view.crashes().size());
        out.putInt(CRASH_COUNT, crashes);
        for (int i = 0; i < crashes; i++) {
            writeCrash(out, crashAt(i), view.crashes().get(i));
        }
        putText(out, NAME_BYTES, NAME, LONGEST_NAME, view.name());
    }

    private static int crashAt(int number) {
        return LAST_CRASHES + number * CRASH_BYTES;
    }

    private static void writeCrash(ByteBuffer out, int at, Crash crash) {
        out.putLong(at + CRASHED_AT, crash.at().toEpochMilli());
        out.putInt(at + EXIT_CODE, crash.exitCode());
    }

    private static void writeRow(ByteBuffer out, int row, Worker worker) {
        out.putLong(row + PID, worker.pid());
        out.putLong(row + WORKER_STARTED, worker.started().toEpochMilli());
        out.putLong(row + DONE, worker.done());
        out.putLong(row + TASK, worker.task());
        out.putLong(row + SINCE, worker.since().toEpochMilli());
        out.putLong(row + USUAL_NANOS, worker.usual().toNanos());
        out.putInt(row + STATE, STATES.indexOf(worker.state()));
        out.putInt(row + WORKER_CRASHES, worker.crashes());
        putText(out, row + WORKER_NAME_BYTES, row + WORKER_NAME, LONGEST_WORKER_NAME, worker.name());
        putText(out, row + FUNCTION_BYTES, row + FUNCTION, LONGEST_FUNCTION, worker.function());
    }

    /** Writes a text. Cuts it if it is too long. A character that is cut in half is shown as an unknown one. */
    private static void putText(ByteBuffer out, int lengthAt, int at, int most, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        int length = Math.min(most, bytes.length);
        out.putInt(lengthAt, length);
        out.put(at, bytes, 0, length);
    }

    static PoolView read(long pid, MappedRegion region) {
        byte[] bytes = new byte[(int) region.sizeBytes()];
        long before = 0;
        long after = 1;
        for (int attempt = 0; attempt < ATTEMPTS && (before != after || before % 2 != 0); attempt++) {
            if (attempt > 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            before = region.getLongVolatile(SEQUENCE);
            region.getBytes(0, bytes, 0, bytes.length);
            VarHandle.loadLoadFence();
            after = region.getLongVolatile(SEQUENCE);
        }
        return read(pid, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    private static PoolView read(long pid, ByteBuffer in) {
        List<Worker> workers = new ArrayList<>();
        int rows = Math.max(0, Math.min(in.getInt(ROW_COUNT), (in.capacity() - ROWS) / ROW_BYTES));
        for (int i = 0; i < rows; i++) {
            workers.add(readRow(in, bytes(i)));
        }
        List<Crash> crashes = new ArrayList<>();
        int crashCount = Math.max(0, Math.min(in.getInt(CRASH_COUNT), MOST_CRASHES));
        for (int i = 0; i < crashCount; i++) {
            crashes.add(new Crash(time(in.getLong(crashAt(i) + CRASHED_AT)), in.getInt(crashAt(i) + EXIT_CODE)));
        }
        return new PoolView(
                pid,
                text(in, NAME_BYTES, NAME, LONGEST_NAME),
                time(in.getLong(STARTED)),
                time(in.getLong(SEEN)),
                in.getInt(SHUTDOWN) != 0,
                new PoolStats(
                        in.getInt(WORKERS),
                        in.getInt(READY),
                        in.getInt(BUSY),
                        in.getLong(WAITING),
                        in.getLong(SUBMITTED),
                        in.getLong(SUCCEEDED),
                        in.getLong(FAILED),
                        in.getLong(CANCELLED),
                        in.getLong(CRASHES),
                        in.getLong(STARTED_WORKERS)),
                workers,
                crashes);
    }

    private static Worker readRow(ByteBuffer in, int row) {
        return new Worker(
                text(in, row + WORKER_NAME_BYTES, row + WORKER_NAME, LONGEST_WORKER_NAME),
                in.getLong(row + PID),
                STATES.get(Math.max(0, Math.min(in.getInt(row + STATE), STATES.size() - 1))),
                time(in.getLong(row + WORKER_STARTED)),
                in.getLong(row + DONE),
                in.getInt(row + WORKER_CRASHES),
                in.getLong(row + TASK),
                text(in, row + FUNCTION_BYTES, row + FUNCTION, LONGEST_FUNCTION),
                time(in.getLong(row + SINCE)),
                Duration.ofNanos(Math.max(0, in.getLong(row + USUAL_NANOS))));
    }

    private static Instant time(long epochMillis) {
        return Instant.ofEpochMilli(Math.max(0, Math.min(epochMillis, LATEST_MILLIS)));
    }

    private static String text(ByteBuffer in, int lengthAt, int at, int most) {
        int length = Math.max(0, Math.min(most, in.getInt(lengthAt)));
        byte[] text = new byte[length];
        in.get(at, text);
        return new String(text, UTF_8);
    }
}
