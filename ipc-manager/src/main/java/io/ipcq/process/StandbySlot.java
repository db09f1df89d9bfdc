// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.memory.Waiter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The words through which a parent and a waiting JVM agree on who gets which task: a file in the parent's run directory. */
final class StandbySlot {
    /*
     *   0        header of the region
     *   64       state: STARTING -> WAITING -> GIVEN | OVER;  STARTING -> OVER
     *   72       how long to wait, in nanoseconds
     *   128      the waiting JVM sleeps here until it is given a task
     *   192      the parent sleeps here until the JVM waits
     *   256      name of the class that the JVM loads ahead: its length in bytes, and the bytes
     *
     * The task is complete in its file, which bears the slot's number, before the state says GIVEN. One compare-and-set
     * decides between the parent that gives a task and the JVM that has waited long enough.
     *
     * Crash. Whoever dies, the other learns it not from here but from the kernel: by the lock, or as the end of a process.
     */

    static final String SUFFIX = ".standby";

    private static final RegionFormat FORMAT = new RegionFormat("waiting JVM", 0x4950_4351_5741_4954L, 1);
    private static final int STATE = MappedRegion.HEADER_BYTES;
    private static final int IDLE_NANOS = STATE + 8;
    private static final int TASK_WAITER = STATE + 64;
    private static final int READY_WAITER = STATE + 128;
    private static final int CODE_BYTES = STATE + 192;
    private static final int CODE = CODE_BYTES + Integer.BYTES;
    private static final int REGION_BYTES = 4096;

    private static final int STARTING = 0;
    private static final int WAITING = 1;
    private static final int GIVEN = 2;
    private static final int OVER = 3;

    private final Path file;
    private final MappedRegion region;
    private final Waiter task;
    private final Waiter ready;

    private StandbySlot(Path file, MappedRegion region) {
        this.file = file;
        this.region = region;
        this.task = new Waiter(region, TASK_WAITER, WaitStrategy.blocking());
        this.ready = new Waiter(region, READY_WAITER, WaitStrategy.blocking());
    }

    /** @param code the class that the task will probably come from */
    static StandbySlot create(Path file, Duration idle, String code) throws IOException {
        byte[] name = code.getBytes(UTF_8);
        int bytes = name.length <= REGION_BYTES - CODE ? name.length : 0;
        return new StandbySlot(file, MappedRegion.create(file, FORMAT, REGION_BYTES, region -> {
            region.putLong(IDLE_NANOS, idle.toNanos());
            region.putInt(CODE_BYTES, bytes);
            region.putBytes(CODE, name, 0, bytes);
        }));
    }

    static StandbySlot open(Path file) throws IOException {
        return new StandbySlot(file, MappedRegion.open(file, FORMAT));
    }

    static boolean isSlot(Path file) {
        return file.toString().endsWith(SUFFIX);
    }

    Path file() {
        return file;
    }

    /** The class that the task will probably come from. */
    String code() {
        byte[] name = new byte[Math.max(0, Math.min(region.getInt(CODE_BYTES), REGION_BYTES - CODE))];
        region.getBytes(CODE, name, 0, name.length);
        return new String(name, UTF_8);
    }

    /** Where the task for this slot is written. */
    Path taskFile() {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + RunDirectory.TASK);
    }

    /** For the waiting JVM: the task it was given; null if there was none for too long. */
    @Nullable
    Path await() throws InterruptedException {
        region.compareAndSetInt(STATE, STARTING, WAITING);
        ready.signal();
        long deadline = System.nanoTime() + region.getLong(IDLE_NANOS);
        boolean decided = task.await(new Decided(), deadline);
        if (!decided && region.compareAndSetInt(STATE, WAITING, OVER)) {
            return null;
        }
        return region.getIntVolatile(STATE) == GIVEN ? taskFile() : null;
    }

    /** For the parent: gives the task that it wrote; false if the JVM does not wait, not yet or not any more. */
    boolean give() {
        boolean given = region.compareAndSetInt(STATE, WAITING, GIVEN);
        if (given) {
            task.signalFenced();
        }
        return given;
    }

    /** For the parent: there will be no task. */
    void withdraw() {
        if (region.compareAndSetInt(STATE, WAITING, OVER) || region.compareAndSetInt(STATE, STARTING, OVER)) {
            task.signalFenced();
        }
    }

    boolean isWaiting() {
        return region.getIntVolatile(STATE) == WAITING;
    }

    /** For the parent: until the JVM waits, or is dead. */
    void awaitWaiting(Process jvm, long deadlineNanos) throws InterruptedException {
        ready.await(() -> region.getIntVolatile(STATE) != STARTING || !jvm.isAlive(), deadlineNanos);
    }

    /** No lambda: the first one would be made after the task was given, in the JVM that has to be quick. */
    private final class Decided implements BooleanSupplier {
        @Override
        public boolean getAsBoolean() {
            int state = region.getIntVolatile(STATE);
            return state == GIVEN || state == OVER;
        }
    }
}
